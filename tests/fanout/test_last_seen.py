"""When somebody was last here is written down in few commits, and not for those who come back."""

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.profiles import SetSeen
from chatd.engine.rows import Answer, Committed
from chatd.engine.unit import Unit
from chatd.fanout.last_seen import IN_A_UNIT, LastSeen
from tests.fakes.drive import run
from tests.fanout.stage import Stage


class Writer:
    """``refuses``: what is asked of it fails."""

    def __init__(self) -> None:
        self.seen: list[tuple[tuple[str, int], ...]] = []
        self.refuses = False

    async def commit(self, unit: Unit) -> Committed:
        if self.refuses:
            raise Refusal(Code.UNAVAILABLE, "The store is down.")
        [change] = unit.changes
        assert isinstance(change, SetSeen)
        self.seen.append(change.people)
        return Committed(Answer())


def made(stage: Stage) -> tuple[LastSeen, Writer]:
    writer = Writer()
    last_seen = LastSeen(writer, stage.clock, stage.clock, run)
    stage.hub.audience.gone = last_seen.gone
    return last_seen, writer


def test_those_who_go_are_written_together_with_the_moment_they_went() -> None:
    stage = Stage(tea="ann bob cat")
    _, writer = made(stage)
    there = {user: stage.attach(user)[1] for user in ("ann", "bob", "cat")}
    start = stage.clock.wall()
    there["ann"].detach()
    stage.clock.advance(2)
    there["bob"].detach()
    stage.clock.advance(12.9)
    assert writer.seen == []
    stage.clock.advance(0.2)
    [people] = writer.seen
    assert [user for user, _ in people] == ["ann", "bob"]
    assert [round((at - start) / 1000) for _, at in people] == [0, 2]
    stage.clock.advance(60)
    assert len(writer.seen) == 1


def test_who_comes_back_or_has_another_connection_is_not_gone() -> None:
    stage = Stage(tea="ann bob")
    _, writer = made(stage)
    _, first = stage.attach("ann")
    _, second = stage.attach("ann")
    first.detach()
    stage.clock.advance(60)
    for _ in range(5):
        second.detach()
        stage.clock.advance(9)
        _, second = stage.attach("ann")
    stage.clock.advance(60)
    assert writer.seen == []


def test_at_the_end_everyone_who_is_here_is_written_and_no_timer_is_left() -> None:
    stage = Stage(tea="ann bob cat")
    last_seen, writer = made(stage)
    there = {user: stage.attach(user)[1] for user in ("ann", "bob", "cat")}
    there["ann"].detach()
    stage.clock.advance(11)
    there["bob"].detach()
    present = stage.hub.audience.present()
    stage.hub.audience.stop()
    run(last_seen.stop(present))
    [people] = writer.seen
    assert sorted(user for user, _ in people) == ["ann", "bob", "cat"]
    stage.clock.advance(60)
    assert len(writer.seen) == 1


def test_units_are_bounded_and_a_refusal_is_not_tried_for_ever() -> None:
    stage = Stage(tea="ann")
    last_seen, writer = made(stage)
    run(last_seen.stop([f"u{number}" for number in range(IN_A_UNIT * 2 + 1)]))
    assert [len(people) for people in writer.seen] == [IN_A_UNIT, IN_A_UNIT, 1]
    writer.refuses = True
    run(last_seen.stop(["ann"]))
    writer.refuses = False
    run(last_seen.stop([]))
    assert len(writer.seen) == 3


def test_who_goes_after_the_end_begins_no_timer() -> None:
    stage = Stage(tea="ann")
    last_seen, _ = made(stage)
    run(last_seen.stop([]))
    last_seen.gone("ann")
    assert stage.clock.waiting() == 0
