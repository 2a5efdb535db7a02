"""Going along the log and writing down how far: at most once a second, and never too far."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.followers import Followed
from chatd.hooks.follower import AFTER_A_MISTAKE, PAGE, Follower, forget
from tests.hooks.fakes import FakeStore, Time


class Stage:
    def __init__(self, store: FakeStore | None = None, due: Callable[..., float] | None = None):
        self.time = Time()
        self.store = store or FakeStore()
        self.seen: list[int] = []
        self.hold: Deferred[None] | None = None
        self.raises: Exception | None = None
        more = {} if due is None else {"due": due}
        self.follower = Follower("hook", self.store, self.time.sleep, self._handle, **more)

    async def _handle(self, followed: Followed) -> None:
        if self.hold is not None:
            await self.hold
        if self.raises is not None:
            raises, self.raises = self.raises, None
            raise raises
        self.seen.append(followed.event.position)

    def start(self) -> "Stage":
        done(self.follower.start())
        return self

    def stop(self) -> None:
        done(self.follower.stop())
        assert self.time.waits() == []

    def say(self, count: int = 1) -> None:
        for _ in range(count):
            self.store.say()
        self.follower.reaches(len(self.store.log))


def done(coroutine: Any) -> None:
    finished: list[Any] = []
    ensureDeferred(coroutine).addCallback(finished.append)
    assert finished == [None]


def test_a_new_follower_begins_at_the_end_of_the_log_and_that_is_written_down() -> None:
    store = FakeStore()
    for _ in range(3):
        store.say()
    stage = Stage(store).start()
    assert store.followers == {"hook": 3}
    stage.say(2)
    assert stage.seen == [4, 5]
    stage.stop()


def test_a_known_follower_goes_on_where_it_was_page_by_page() -> None:
    store = FakeStore(followers={"hook": 1})
    for _ in range(3 * PAGE):
        store.say()
    stage = Stage(store).start()
    assert stage.seen == list(range(2, 3 * PAGE + 1))
    stage.stop()
    assert store.followers == {"hook": 3 * PAGE}


def test_the_position_is_written_at_most_once_a_second_and_at_the_stop() -> None:
    stage = Stage().start()
    written = stage.store.commits
    for _ in range(40):
        stage.say()
        stage.time.advance(0.1, step=0.1)
    assert stage.store.commits - written in (3, 4)
    stage.say()
    stage.stop()
    assert stage.store.followers == {"hook": 41}


def test_an_idle_follower_writes_nothing() -> None:
    stage = Stage().start()
    stage.say()
    stage.time.advance(5)
    written = stage.store.commits
    stage.time.advance(600)
    assert stage.store.commits == written
    assert stage.time.waits() == []
    stage.stop()
    assert stage.store.commits == written


def test_what_is_still_on_its_way_is_not_written_down_as_done() -> None:
    stage = Stage().start()
    stage.hold = Deferred()
    stage.say(3)
    stage.time.advance(10)
    assert stage.store.followers == {"hook": 0}
    stage.stop()
    assert stage.store.followers == {"hook": 0}
    again = Stage(stage.store).start()
    assert again.seen == [1, 2, 3]
    again.stop()


def test_commits_that_come_while_it_works_are_followed_afterwards() -> None:
    stage = Stage().start()
    stage.hold = hold = Deferred()
    stage.say(2)
    stage.say(2)
    stage.hold = None
    hold.callback(None)
    assert stage.seen == [1, 2, 3, 4]
    stage.stop()


def test_a_store_that_refuses_is_asked_again() -> None:
    stage = Stage().start()
    stage.store.refusals = [Refusal(Code.BUSY, "too much", retry_after=1.0)] * 2
    stage.say()
    assert stage.seen == []
    stage.time.advance(2.5)
    assert stage.seen == [1]
    stage.stop()


def test_a_position_that_could_not_be_written_is_written_with_the_next() -> None:
    stage = Stage().start()
    stage.say()
    stage.store.refusals = [Refusal(Code.STORAGE_FULL, "full", retry_after=1.0)]
    stage.time.advance(1.5)
    assert stage.store.followers == {"hook": 0}
    stage.time.advance(1.5)
    assert stage.store.followers == {"hook": 1}
    stage.stop()


def test_a_full_disk_keeps_nobody_from_starting() -> None:
    store = FakeStore(followers={"gone": 1})
    store.say()
    store.refusals = [Refusal(Code.STORAGE_FULL, "full", retry_after=1.0)]
    stage = Stage(store).start()
    assert store.followers == {"gone": 1}
    stage.say()
    assert stage.seen == [2]
    stage.stop()
    assert store.followers == {"gone": 1, "hook": 2}
    store.refusals = [Refusal(Code.STORAGE_FULL, "full", retry_after=1.0)]
    done(forget(store, "gone"))


@pytest.mark.logs_errors("skips the event at 1")
def test_a_mistake_of_ours_stops_nobody() -> None:
    stage = Stage().start()
    stage.raises = ValueError("ours")
    stage.say(2)
    assert stage.seen == [2]
    stage.stop()


@pytest.mark.logs_errors("cannot read the log after")
def test_a_log_that_cannot_be_read_by_a_mistake_of_ours_is_read_again_later() -> None:
    stage = Stage().start()
    stage.store.refusals = [LookupError("ours")]  # type: ignore[list-item]
    stage.say(2)
    assert stage.seen == []
    stage.time.advance(AFTER_A_MISTAKE)
    assert stage.seen == [1, 2]
    stage.store.refusals = [LookupError("ours")]  # type: ignore[list-item]
    stage.say()
    stage.stop()


def test_an_event_is_looked_at_when_it_is_due() -> None:
    stage = Stage(due=lambda _: 60.0).start()
    stage.say()
    stage.time.advance(59)
    assert stage.seen == []
    stage.time.advance(2)
    assert stage.seen == [1]
    stage.stop()


def test_who_follows_no_more_begins_anew_later() -> None:
    store = FakeStore(followers={"hook": 7})
    done(forget(store, "hook"))
    assert store.followers == {}
    written = store.commits
    done(forget(store, "hook"))
    assert store.commits == written
