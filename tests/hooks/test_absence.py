"""Who is away is told of once for a room, until they read or were here."""

from dataclasses import replace

from chatd.hooks.absence import Absence
from tests.hooks.fakes import BEGAN, FakeStore


def absent(**more: object):  # type: ignore[no-untyped-def]
    store = FakeStore()
    return replace(store.misses(store.say(), "bob"), **more)


def test_somebody_is_known_once_told_of_and_others_are_not() -> None:
    absence = Absence()
    assert not absence.is_known(absent())
    absence.begins(absent(), BEGAN)
    assert absence.is_known(absent())
    assert not absence.is_known(absent(user="carol"))
    assert not absence.is_known(absent(room=replace(absent().room, id="cake")))


def test_reading_ends_it() -> None:
    absence = Absence()
    absence.begins(absent(), BEGAN)
    assert not absence.is_known(absent(read=1))
    assert not absence.is_known(absent())


def test_having_been_here_since_ends_it() -> None:
    absence = Absence()
    absence.begins(absent(seen=BEGAN - 1), BEGAN)
    assert absence.is_known(absent(seen=BEGAN - 1))
    assert not absence.is_known(absent(seen=BEGAN + 1))


def test_only_so_many_are_remembered_the_longest_told_goes_first() -> None:
    absence = Absence(kept=2)
    for user in ("ann", "ben", "carl"):
        absence.begins(absent(user=user), BEGAN)
    assert [absence.is_known(absent(user=user)) for user in ("ann", "ben", "carl")] == [
        False,
        True,
        True,
    ]
