"""When a sign of life is given, and when not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatd.engine.ports import Cancel
from chatd.systemd.notify import Notifier
from chatd.systemd.watchdog import LOOKS, Watchdog
from tests.fakes.clock import FakeClock
from tests.systemd.manager import Manager

PERIOD = 30.0


class Front:
    """A front door whose answers are up to the test."""

    def __init__(self) -> None:
        self.trials: list[Callable[[str | None], None]] = []
        self.ended = 0

    def __call__(self, seconds: float, done: Callable[[str | None], None]) -> Cancel:
        assert seconds < PERIOD / LOOKS, "over before the next look"
        self.trials.append(done)

        def cancel() -> None:
            self.ended += 1

        return cancel


class Watched:
    def __init__(self, folder: Path) -> None:
        self.manager = Manager(folder)
        self.front = Front()
        self.timers = FakeClock()
        self.progress = (0, False)
        self.notifier = Notifier(self.manager.address, watchdog=PERIOD)
        self.watchdog = Watchdog(
            self.notifier, self.timers, self.front, lambda: self.progress, lambda: "Serving"
        )
        self.watchdog.start()
        assert self.alive()

    def look(self) -> None:
        self.timers.advance(PERIOD / LOOKS)

    def alive(self) -> bool:
        """Whether a sign of life was given since the last time it was asked for."""
        for _ in range(3):
            self.manager.hear()
        told, self.manager.heard[:] = list(self.manager.heard), []
        return any("WATCHDOG" in each for each in told)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.watchdog.stop()
    watched.notifier.close()
    watched.manager.close()


def test_an_answer_at_the_front_door_is_a_sign_of_life(watched: Watched) -> None:
    watched.look()
    assert not watched.alive()
    watched.front.trials.pop()(None)
    assert watched.alive()


def test_no_answer_is_none(watched: Watched) -> None:
    watched.look()
    watched.front.trials.pop()("nothing came back")
    assert not watched.alive()
    watched.look()
    watched.front.trials.pop()(None)
    assert watched.alive(), "it works again"


def test_a_writer_that_stands_still_is_none_though_the_door_answers(watched: Watched) -> None:
    watched.progress = (5, True)
    watched.look()
    watched.front.trials.pop()(None)
    assert watched.alive(), "it may just have been handed something"
    watched.look()
    assert watched.front.trials == [] and not watched.alive()
    watched.progress = (6, True)
    watched.look()
    watched.front.trials.pop()(None)
    assert watched.alive(), "a commit or a refusal is progress"


def test_a_writer_with_nothing_to_do_may_stand_still(watched: Watched) -> None:
    for _ in range(5):
        watched.progress = (5, False)
        watched.look()
        watched.front.trials.pop()(None)
        assert watched.alive()


def test_the_stop_ends_a_trial_and_all_timers(watched: Watched) -> None:
    watched.look()
    watched.watchdog.stop()
    assert watched.front.ended == 1
    watched.look()
    assert len(watched.front.trials) == 1 and not watched.alive()
