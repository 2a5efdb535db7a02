"""What is recorded: which commands and requests, as which spans, and nothing that people wrote."""

from itertools import count
from typing import Any

from chatd.core.meters import Commits
from chatd.engine.origin import Origin
from chatd.engine.tracing import Carried, Served
from chatd.hooks.otlp.spans import Sampling, Span, SpanTracer
from tests.hooks.fakes import BEGAN, Time

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
MS = 1_000_000


class Recorder:
    """``draws``: what chance gives, one after the other, and then 0.5."""

    def __init__(self, ratio: float = 1.0, slow: float = 0.25, *draws: float) -> None:
        self.time = Time()
        self.time.advance(10)
        self.commits = Commits()
        self.spans: list[Span] = []
        self._draws = [*draws]
        numbers = count(1)
        self.tracer = SpanTracer(
            Sampling(ratio, slow),
            self.spans.append,
            self.commits,
            self.time,
            lambda size: next(numbers).to_bytes(size, "big"),
            lambda: self._draws.pop(0) if self._draws else 0.5,
        )

    def command(self, seconds: float = 0.004, **more: Any) -> None:
        now = self.time.now()
        told = {"type": "send", "kind": "write", "outcome": "done", **more}
        origin = Origin("7h3n5d0q", "u00g5qr8nthj")
        self.tracer.carried(
            Carried(began=now - seconds, ended=now, origin=origin, request=3, **told)
        )

    def request(self, seconds: float = 0.004, **more: Any) -> None:
        now = self.time.now()
        told = {"method": "GET", "route": "/api/v1/rooms/{room}", "status": 200, **more}
        self.tracer.served(Served(began=now - seconds, ended=now, request="r3quest0", **told))


def test_a_write_is_a_span_with_its_commit_and_its_fan_out_below_it() -> None:
    made = Recorder()
    made.commits.add(7, 0.003)
    made.command()
    made.time.advance(0.002)
    made.tracer.fanned_out()
    span, commit, fanned = made.spans
    now = (BEGAN + 10_000) * MS
    assert (span.name, span.server, span.parent) == ("send", True, "")
    assert (span.began, span.ended) == (now - 4 * MS, now)
    assert dict(span.attributes) == {
        "chatd.command": "send",
        "chatd.kind": "write",
        "chatd.outcome": "done",
        "chatd.connection": "7h3n5d0q",
        "chatd.request": 3,
    }
    assert (len(span.trace), len(span.id)) == (32, 16) and not span.failed
    for child in (commit, fanned):
        assert (child.trace, child.parent, child.server) == (span.trace, span.id, False)
    assert len({span.id, commit.id, fanned.id}) == 3
    assert (commit.name, commit.began, commit.ended) == ("commit", now - 3 * MS, now)
    assert dict(commit.attributes) == {"chatd.units": 7}
    assert (fanned.name, fanned.began, fanned.ended) == ("fan-out", now, now + 2 * MS)


def test_a_commit_is_never_longer_than_the_command_that_waited_for_it() -> None:
    made = Recorder()
    made.commits.add(7, 5.0)
    made.command(0.004)
    span, commit = made.spans
    assert (commit.began, commit.ended) == (span.began, span.ended)


def test_what_was_refused_or_only_read_has_no_commit() -> None:
    made = Recorder()
    made.commits.add(1, 0.001)
    made.command(outcome="banned")
    made.command(type="history", kind="read")
    made.tracer.fanned_out()
    assert [span.name for span in made.spans] == ["send", "history"]
    assert made.spans[0].attributes["chatd.outcome"] == "banned" and not made.spans[0].failed


def test_a_fan_out_is_of_the_commit_before_it_alone() -> None:
    made = Recorder()
    made.commits.add(1, 0.001)
    made.command()  # its commit had nothing that anybody is told of
    made.commits.add(1, 0.001)
    made.command()
    made.tracer.fanned_out()
    made.tracer.fanned_out()
    spans = [span for span in made.spans if span.name == "send"]
    fanned = [span for span in made.spans if span.name == "fan-out"]
    assert [span.parent for span in fanned] == [spans[1].id]


def test_a_mistake_of_ours_fails_and_has_its_reference() -> None:
    made = Recorder()
    made.command(outcome="internal", reference="abcdefgh")
    (span,) = made.spans
    assert span.failed and span.attributes["chatd.reference"] == "abcdefgh"


def test_of_the_others_the_wanted_part_is_recorded_and_all_that_is_slow() -> None:
    made = Recorder(0.1, 0.25, 0.09, 0.1, 0.99)
    for _ in range(3):
        made.command(0.2499, kind="read")
    assert len(made.spans) == 1
    made.command(0.25, kind="read")
    assert len(made.spans) == 2
    assert Recorder(0.0).spans == []


def test_a_request_goes_on_with_the_trace_of_who_asked() -> None:
    made = Recorder(0.0)
    made.commits.add(1, 0.001)
    made.request(parent=f"00-{TRACE}-{SPAN}-01", method="POST", status=201, writes=True)
    span, commit = made.spans
    assert (span.trace, span.parent, span.remote) == (TRACE, SPAN, True)
    assert (commit.trace, commit.parent, commit.remote) == (TRACE, span.id, False)
    assert span.name == "POST /api/v1/rooms/{room}"
    assert dict(span.attributes) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/rooms/{room}",
        "http.response.status_code": 201,
        "chatd.request": "r3quest0",
    }


def test_what_who_asked_does_not_record_is_recorded_only_where_it_is_slow() -> None:
    made = Recorder(1.0)
    made.request(parent=f"00-{TRACE}-{SPAN}-00")
    assert made.spans == []
    made.request(0.3, parent=f"00-{TRACE}-{SPAN}-00")
    assert [span.trace for span in made.spans] == [TRACE]


def test_a_header_that_makes_no_sense_begins_a_trace() -> None:
    made = Recorder()
    made.request(parent="00-nonsense")
    (span,) = made.spans
    assert (span.parent, span.remote) == ("", False) and len(span.trace) == 32


def test_only_an_error_of_the_server_fails_a_request() -> None:
    made = Recorder()
    for status in (401, 429, 500, 503):
        made.request(status=status, writes=True)
    assert [span.failed for span in made.spans] == [False, False, True, True]
