"""Pages that are made when they are first needed."""

from collections.abc import Iterator

from twisted.internet.defer import succeed

from chatd.edge.pages import LatePage


def test_a_late_page_is_made_once_and_not_before_it_is_asked_for() -> None:
    bodies: Iterator[bytes] = iter((b"first", b"second"))
    late = LatePage(lambda: next(bodies), "text/plain", lambda call: succeed(call()))
    assert next(bodies) == b"first"
    assert [late.made.body, late.made.body] == [b"second", b"second"]
