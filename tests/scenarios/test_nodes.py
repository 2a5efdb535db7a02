"""Every scenario on three nodes that share a store, over a broker that keeps its promises badly."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fakes.broker import FakeBroker
from tests.fakes.drive import run
from tests.scenarios import (
    steps,
    steps_files,
    steps_messages,
    steps_people,
    steps_rooms,
    steps_search,
)
from tests.scenarios.language import STEPS, Scenario
from tests.scenarios.memory import MemoryWorld

assert STEPS
assert steps.step is steps_messages.step is steps_people.step
assert steps.step is steps_rooms.step is steps_search.step is steps_files.step
SCENARIOS = sorted(Path(__file__).parent.glob("*.scenario"))
#: What passes is never stored, so a broker may lose it: no promise to keep.
PASSING = (
    "typing",
    "presence",
    "receipts",
    "drafts",
    "invited",
    "scheduled",
    "scheduled_slow",
    "settings",
    "profiles",
    "privacy",
    "blocks",
)
LASTING = [path for path in SCENARIOS if path.stem not in PASSING]
#: A restart takes time, which others tell by the second, and ends what was to end by itself.
UNHURRIED = [
    path
    for path in LASTING
    if not re.search("seconds pass|has no connection", path.read_text("utf-8"))
]


class NodesWorld(MemoryWorld):
    def __init__(self, broker: FakeBroker) -> None:
        self.broker = broker
        super().__init__(3, lambda name: broker.bus())

    def start(self) -> None:
        super().start()
        self.broker.forget()
        for node in self.nodes:
            self.broker.join(node.node.received)

    def carry(self) -> None:
        # A packet or two in a moment: what was published is under way for a while.
        self.broker.step()
        self.broker.step()

    async def fault(self, what: str) -> None:
        self.broker.down = what == "dies"


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker(Random(1))


@pytest.fixture
def world(broker: FakeBroker) -> Iterator[NodesWorld]:
    world = NodesWorld(broker)
    yield world
    world.stop()
    assert world.faults == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_on_three_nodes(path: Path, world: NodesWorld) -> None:
    run(Scenario(path, world).play())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", LASTING, ids=lambda path: path.stem)
def test_scenario_over_a_broker_that_loses_repeats_and_reorders(path: Path, seed: int) -> None:
    world = NodesWorld(FakeBroker(Random(seed), lose=0.3, repeat=0.3, reorder=0.6))
    run(Scenario(path, world).play())
    world.stop()
    assert world.faults == []


@pytest.mark.parametrize("path", UNHURRIED, ids=lambda path: path.stem)
def test_scenario_with_a_restart_in_the_middle(path: Path) -> None:
    for share in (0.35, 0.6, 0.85):
        world = NodesWorld(FakeBroker(Random(1)))
        run(Scenario(path, world, restart_after=share).play())
        world.stop()
        assert world.faults == []


@pytest.mark.parametrize("path", LASTING, ids=lambda path: path.stem)
def test_scenario_with_the_broker_down(path: Path, world: NodesWorld) -> None:
    world.broker.down = True
    run(Scenario(path, world).play())
