"""Spans on their way: gathered, tried again where that helps, and dropped rather than kept."""

import json
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.hooks.answers import Answer
from chatd.hooks.otlp.sender import BATCH, GATHERED, LAST, MOST, TRIES, Counters, Sender
from chatd.hooks.otlp.spans import Span
from tests.hooks.fakes import FakePoster, Time

HEADERS = {"authorization": "Bearer hush"}


class Collecting:
    def __init__(self, *plan: Any, usual: Any = 200) -> None:
        self.time = Time()
        self.poster = FakePoster(self.time, *plan, usual=usual)
        self.counters = Counters()
        self.sender = Sender(
            self.poster,
            self.time.reactor,
            HEADERS,
            {"service.name": "chatd"},
            "1",
            self.counters,
            lambda: 1.0,
        )

    def put(self, number: int = 1) -> None:
        for place in range(number):
            self.sender.put(Span("a" * 32, "b" * 16, "", f"{place}", True, 1, 2, {}))

    def posted(self) -> list[int]:
        """How many spans each request had."""
        bodies = [json.loads(post.body) for post in self.poster.posts]
        return [len(body["resourceSpans"][0]["scopeSpans"][0]["spans"]) for body in bodies]

    @property
    def counted(self) -> tuple[int, int, int]:
        return self.counters.sent, self.counters.refused, self.counters.dropped

    def stop(self) -> "Deferred[None]":
        return Deferred.fromCoroutine(self.sender.stop())


def test_what_comes_within_two_seconds_goes_out_at_once() -> None:
    made = Collecting()
    made.put(3)
    made.time.advance(GATHERED - 0.1)
    assert made.posted() == []
    made.time.advance(0.2)
    assert made.posted() == [3] and made.counted == (3, 0, 0)
    assert made.poster.posts[0].headers == HEADERS
    made.put(1)
    made.time.advance(GATHERED)
    assert made.posted() == [3, 1]
    assert made.time.waits() == [], "nothing ticks while there is nothing to send"


def test_a_full_batch_does_not_wait() -> None:
    made = Collecting()
    made.put(2 * BATCH + 1)
    made.time.advance(GATHERED)
    made.time.advance(GATHERED)
    assert made.posted() == [BATCH, BATCH, 1]
    assert made.poster.posts[0].at == made.poster.posts[1].at


def test_a_collector_that_asks_for_a_pause_gets_it() -> None:
    made = Collecting(Answer(429, 30.0))
    made.put(2)
    made.time.advance(GATHERED)
    assert made.posted() == [2]
    made.time.advance(29)
    assert made.posted() == [2]
    made.time.advance(2)
    assert made.posted() == [2, 2] and made.counted == (2, 0, 0)


@pytest.mark.parametrize("failure", [502, 503, 504, "refused"])
def test_one_that_fails_is_tried_some_times_and_then_given_up(failure: Any) -> None:
    made = Collecting(usual=failure)
    made.put(2)
    made.time.advance(120)
    assert made.posted() == [2] * TRIES and made.counted == (0, 0, 2)
    made.poster.usual = 200
    made.put(1)
    made.time.advance(GATHERED)
    assert made.counted == (1, 0, 2), "the next batch is tried anew"


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500, 301])
def test_what_it_will_not_have_is_not_sent_again(status: int) -> None:
    made = Collecting(status)
    made.put(2)
    made.time.advance(120)
    assert made.posted() == [2] and made.counted == (0, 2, 0)


def test_behind_a_slow_collector_so_many_wait_and_no_more() -> None:
    slow: Deferred[Any] = Deferred()
    made = Collecting(slow)
    made.put(1)
    made.time.advance(GATHERED)
    made.put(MOST + 5)
    assert made.counted == (0, 0, 6)
    slow.callback(200)
    made.time.advance(GATHERED)
    assert made.counted == (MOST, 0, 6)


def test_the_log_says_once_that_it_fails_and_once_that_it_is_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    for level in ("warn", "info"):
        monkeypatch.setattr(
            f"chatd.hooks.otlp.sender.log.{level}", lambda text, **_: said.append(text)
        )
    made = Collecting(503, 503, 503)
    made.put(1)
    made.time.advance(60)
    assert len(said) == 2 and "does not take" in said[0] and "again" in said[1]


def test_a_stop_tries_once_what_waits() -> None:
    made = Collecting()
    made.put(3)
    stopped = made.stop()
    assert stopped.called and made.poster.stopped
    assert made.posted() == [3] and made.counted == (3, 0, 0)
    made.put(1)
    assert made.counted == (3, 0, 1), "what comes afterwards is dropped"
    assert made.time.waits() == []


def test_a_stop_does_not_hang_on_a_slow_collector() -> None:
    made = Collecting(Deferred(), Deferred())
    made.put(2)
    made.time.advance(GATHERED)
    made.put(1)
    stopped = made.stop()
    assert not stopped.called
    made.time.advance(LAST)
    assert stopped.called and made.poster.stopped and made.counted == (0, 0, 3)
    assert made.time.waits() == []
