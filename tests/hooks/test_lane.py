"""One event after the other, each until its fate is known; hours pass by a clock object."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.hooks.answers import Answer
from chatd.hooks.lane import Gate, Lane
from tests.conftest import LoggedErrors
from tests.hooks.fakes import BEGAN, FakePoster, Time

HOUR = 3600.0


class Stage:
    def __init__(self, *plan: Any, usual: Any = 204, fraction: float = 1.0) -> None:
        self.time = Time()
        self.poster = FakePoster(self.time, *plan, usual=usual)
        self.gate = Gate()
        self.secrets = (bytes(range(32)),)
        self.lane = Lane(
            "messages",
            self.poster,
            self.gate,
            lambda: self.secrets,
            self.time,
            self.time.sleep,
            lambda: fraction,
        )
        self.results: list[bool] = []

    def deliver(
        self, id: str = "msg_1", body: bytes | None = b"{}", at: int = BEGAN
    ) -> Deferred[Any]:
        async def make() -> bytes | None:
            return body

        doing: Deferred[Any] = Deferred.fromCoroutine(self.lane.deliver(id, at, make))
        doing.addCallback(self.results.append)
        return doing

    @property
    def moments(self) -> list[float]:
        return [post.at for post in self.poster.posts]


def test_an_event_that_is_taken_goes_out_once_and_is_signed_with_the_time() -> None:
    stage = Stage()
    stage.deliver(body=b'{"a":1}')
    assert stage.results == [True]
    (post,) = stage.poster.posts
    assert post.headers["webhook-id"] == "msg_1"
    assert post.headers["webhook-timestamp"] == str(BEGAN // 1000)
    assert post.headers["webhook-signature"].startswith("v1,")
    assert stage.lane.status() == {"taken": 1, "skipped": 0, "failures": 0, "last": "status 204"}


@pytest.mark.parametrize("failure", [500, 503, 301, 408, 425, 429, "connection refused"])
def test_what_may_go_better_later_is_tried_again_with_the_same_id(failure: Any) -> None:
    stage = Stage(failure, failure, failure)
    stage.deliver()
    stage.time.advance(10)
    assert stage.moments == pytest.approx([0, 1, 3, 7], abs=0.3)
    assert stage.poster.ids == ["msg_1"] * 4
    assert stage.results == [True]


def test_every_try_is_signed_anew_with_its_own_time() -> None:
    stage = Stage(500, 500)
    stage.deliver()
    stage.time.advance(5)
    stamps = [int(post.headers["webhook-timestamp"]) - BEGAN // 1000 for post in stage.poster.posts]
    signatures = {post.headers["webhook-signature"] for post in stage.poster.posts}
    assert stamps == [0, 1, 3]
    assert len(signatures) == 3


def test_no_two_tries_lie_more_than_ten_minutes_apart() -> None:
    stage = Stage(usual="connection refused")
    doing = stage.deliver()
    stage.time.advance(6 * HOUR, step=1)
    gaps = [b - a for a, b in zip(stage.moments, stage.moments[1:], strict=False)]
    assert max(gaps) <= 601
    assert 30 <= len(gaps) <= 50
    doing.addErrback(lambda _: None).cancel()
    assert stage.time.waits() == []


def test_the_wait_is_full_jitter() -> None:
    stage = Stage(500, 500, 500, fraction=0.25)
    stage.deliver()
    stage.time.advance(5)
    assert stage.moments == pytest.approx([0, 0.25, 0.75, 1.75], abs=0.2)


def test_a_receiver_that_asks_for_time_gets_it() -> None:
    stage = Stage(Answer(429, 90.0))
    stage.deliver()
    stage.time.advance(89)
    assert len(stage.moments) == 1
    stage.time.advance(3)
    assert stage.results == [True]


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
def test_what_is_refused_for_good_is_skipped_with_a_line_in_the_log(
    status: int, logged_errors: LoggedErrors
) -> None:
    stage = Stage(status)
    stage.deliver("msg_1")
    stage.deliver("msg_2")
    assert stage.results == [False, True]
    assert stage.poster.ids == ["msg_1", "msg_2"]
    (line,) = logged_errors.take()
    assert "msg_1 is skipped" in line
    assert f"status {status}" in line
    assert stage.lane.skipped == 1


def test_gone_pauses_until_a_reload_and_loses_nothing(logged_errors: LoggedErrors) -> None:
    stage = Stage(410)
    stage.deliver()
    stage.time.advance(48 * HOUR, step=600)
    assert len(stage.moments) == 1
    assert stage.gate.shut
    (line,) = logged_errors.take()
    assert "410 Gone" in line
    stage.gate.open()
    assert stage.results == [True]
    assert stage.poster.ids == ["msg_1", "msg_1"]


def test_after_a_day_of_failure_an_event_is_given_up_and_the_next_is_tried(
    logged_errors: LoggedErrors,
) -> None:
    stage = Stage(usual="connection refused")
    stage.deliver("msg_1")
    stage.time.advance(23.9 * HOUR, step=5)
    assert stage.results == []
    stage.time.advance(0.5 * HOUR, step=5)
    assert stage.results == [False]
    (line,) = logged_errors.take()
    assert "msg_1 is skipped" in line
    assert "24 hours" in line
    stage.poster.usual = 204
    stage.deliver("msg_2", at=BEGAN + 1000)
    assert stage.results == [False, True]


@pytest.mark.logs_errors("msg_old is skipped")
def test_what_waited_for_a_day_behind_another_is_tried_once_before_it_is_given_up() -> None:
    stage = Stage(usual=503)
    stage.time.advance(1)
    stage.deliver("msg_first", at=BEGAN + 1000 * int(30 * HOUR))
    stage.time.advance(25 * HOUR, step=5)
    tries = len(stage.moments)
    stage.poster.plan = [204]
    assert stage.results == []
    # The receiver works again: nothing that waited is skipped.
    stage.time.advance(0.5 * HOUR, step=5)
    assert stage.results == [True]
    assert len(stage.moments) == tries + 1
    # And where it fails for another day, one that is a day old has had its try.
    doing = stage.deliver("msg_new", at=BEGAN + 1000 * int(60 * HOUR))
    stage.time.advance(25 * HOUR, step=5)
    doing.addErrback(lambda _: None).cancel()
    stage.deliver("msg_old", at=BEGAN)
    assert stage.results == [True, False]
    assert stage.poster.ids[-1] == "msg_old"


def test_an_old_event_is_not_given_up_at_its_first_failure() -> None:
    # The daemon was down for two days; the receiver hiccups.
    stage = Stage(500)
    stage.time.advance(48 * HOUR, step=3600)
    stage.deliver(at=BEGAN)
    stage.time.advance(2)
    assert stage.results == [True]


def test_nothing_goes_out_where_there_is_nothing_to_tell_any_more() -> None:
    stage = Stage(500)
    told: list[bytes | None] = [b"{}", None]

    async def make() -> bytes | None:
        return told.pop(0)

    doing = Deferred.fromCoroutine(stage.lane.deliver("away_1", BEGAN, make))
    doing.addCallback(stage.results.append)
    stage.time.advance(2)
    assert stage.results == [False]
    assert len(stage.moments) == 1


def test_the_body_is_made_anew_for_every_try() -> None:
    stage = Stage(500)
    bodies: Callable[[], bytes] = iter([b"secret", b"erased"]).__next__

    async def make() -> bytes | None:
        return bodies()

    Deferred.fromCoroutine(stage.lane.deliver("msg_1", BEGAN, make))
    stage.time.advance(2)
    assert [post.body for post in stage.poster.posts] == [b"secret", b"erased"]
    assert stage.poster.ids == ["msg_1", "msg_1"]


def test_a_changed_secret_signs_from_the_next_try_on() -> None:
    stage = Stage(500)
    stage.deliver()
    stage.secrets = (bytes(range(32, 64)), bytes(range(32)))
    stage.time.advance(2)
    first, second = (post.headers["webhook-signature"].split(" ") for post in stage.poster.posts)
    assert (len(first), len(second)) == (1, 2)
