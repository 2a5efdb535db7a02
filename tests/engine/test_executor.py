"""Commands carried out for somebody who has no connection."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.executor import NOTHING_OPEN, Executor
from chatd.wire.frames import Done
from tests.fakes.drive import drive, run
from tests.fakes.tiny import ALICE, Bench, Peek, Peeked, Say, Wave


def test_a_write_is_answered_once_it_is_on_disk() -> None:
    bench = Bench()
    replies: list[object] = []

    async def say() -> None:
        command = Say(id=0, key="k1", room="r1", text="hello")
        replies.append(await Executor(bench.engine).run(command, ALICE))

    drive(say())
    (unit,) = bench.store.units
    assert (unit.actor, unit.key, replies) == ("u-alice", "k1", [])
    bench.store.fire(0)
    assert replies == [Done(id=0, room="r1", seq=1, at=5)]


def test_names_are_resolved_first() -> None:
    bench = Bench()
    command = Say(id=0, key="k1", room="#tea", text="hello")

    async def say() -> None:
        await Executor(bench.engine).run(command, ALICE)

    drive(say())
    assert bench.store.names == ["tea"]
    assert "#" not in str(bench.store.units[0].changes)


def test_a_read_is_answered_with_nothing_open() -> None:
    bench = Bench()
    replies: list[object] = []

    async def peek() -> None:
        replies.append(await Executor(bench.engine).run(Peek(id=0, rooms=["r1"]), ALICE))

    drive(peek())
    bench.store.reads[0].fire(None)
    assert replies == [Peeked(id=0, rooms=["r1"])]


def test_what_needs_a_connection_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        run(Executor(Bench().engine).run(Wave(id=0), ALICE))
    assert caught.value.code is Code.WRONG_STATE
    with pytest.raises(Refusal):
        NOTHING_OPEN.show("r1", position=1, head=1, members=1)
    assert list(NOTHING_OPEN.open_rooms) == []


def test_refusals_reach_the_one_who_asks() -> None:
    with pytest.raises(Refusal) as caught:
        run(Executor(Bench().engine).run(Say(id=0, key="k", room="r1", text="no"), ALICE))
    assert caught.value.code is Code.FORBIDDEN
