"""Every scenario on one node in memory."""

from pathlib import Path

import pytest

from tests.fakes.drive import run
from tests.scenarios import (
    steps,
    steps_files,
    steps_messages,
    steps_people,
    steps_rooms,
    steps_search,
)
from tests.scenarios.language import STEPS, Scenario, ScenarioError
from tests.scenarios.memory import MemoryWorld

SCENARIOS = sorted(Path(__file__).parent.glob("*.scenario"))
assert STEPS
assert steps.step is steps_messages.step is steps_people.step
assert steps.step is steps_rooms.step is steps_search.step is steps_files.step


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_on_one_node(path: Path) -> None:
    world = MemoryWorld()
    try:
        run(Scenario(path, world).play())
    finally:
        world.stop()
    assert world.faults == []


@pytest.mark.parametrize(
    "line",
    [
        "alice hears tea: #1 alice: something else",
        "alice hears nothing",
        "alice says tea: hello -> refused forbidden",
        "alice has 7 unread in tea",
        "alice finds nothing in tea",
        "alice does what no step says",
    ],
)
def test_a_scenario_that_does_not_come_true_fails(tmp_path: Path, line: str) -> None:
    path = tmp_path / "wrong.scenario"
    path.write_text(
        "people: alice\nalice connects\nalice makes room tea\nalice opens tea\n"
        f"alice says tea: hello\n{line}\n"
    )
    world = MemoryWorld()
    with pytest.raises(ScenarioError, match=r"wrong\.scenario:6"):
        run(Scenario(path, world).play())
    world.stop()
