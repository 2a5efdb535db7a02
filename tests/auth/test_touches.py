"""When credentials were used is written down a moment later, together."""

from collections.abc import Coroutine
from typing import Any

from chatd.auth.touches import MOMENT, TOGETHER, Touches
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import TouchCredential
from chatd.engine.unit import Unit
from tests.fakes.clock import FakeClock


class Store:
    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.busy = False

    async def commit(self, unit: Unit) -> Any:
        if self.busy:
            raise Refusal(Code.BUSY, "Too much.", retry_after=1.0)
        self.units.append(unit)

    def touched(self) -> list[tuple[str, int]]:
        return [(each.id, each.seen) for unit in self.units for each in unit.changes]  # type: ignore[attr-defined]


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits for something")


def used(touches: Touches, id: str, seen: int) -> None:
    run(touches.note("u1", TouchCredential(id=id, seen=seen, expires=None)))


def test_all_uses_of_a_moment_are_one_unit_and_the_last_use_of_each_counts() -> None:
    clock, store = FakeClock(), Store()
    touches = Touches(store, clock, run)
    used(touches, "c1", 1)
    clock.advance(MOMENT / 2)
    used(touches, "c2", 2)
    used(touches, "c1", 3)
    assert store.units == []
    clock.advance(MOMENT / 2)
    assert len(store.units) == 1
    assert store.touched() == [("c1", 3), ("c2", 2)]
    clock.advance(60)
    assert len(store.units) == 1 and clock.waiting() == 0


def test_thousands_are_several_units() -> None:
    clock, store = FakeClock(), Store()
    touches = Touches(store, clock, run)
    for number in range(2 * TOGETHER + 1):
        used(touches, f"c{number}", number)
    clock.advance(MOMENT)
    assert [len(unit.changes) for unit in store.units] == [TOGETHER, TOGETHER, 1]


def test_a_store_that_refuses_is_no_fault_and_the_next_use_is_written() -> None:
    clock, store = FakeClock(), Store()
    touches = Touches(store, clock, run)
    store.busy = True
    used(touches, "c1", 1)
    clock.advance(MOMENT)
    store.busy = False
    used(touches, "c1", 2)
    clock.advance(MOMENT)
    assert store.touched() == [("c1", 2)]


def test_what_was_noted_is_written_before_the_end() -> None:
    clock, store = FakeClock(), Store()
    touches = Touches(store, clock, run)
    used(touches, "c1", 1)
    touches.stop()
    assert store.touched() == [("c1", 1)] and clock.waiting() == 0
    # A request that was under way is not noted any more.
    used(touches, "c1", 2)
    assert store.touched() == [("c1", 1)] and clock.waiting() == 0
