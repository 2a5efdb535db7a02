"""Every scenario against the real daemon, over TLS."""

from pathlib import Path

import pytest
import pytest_twisted

from tests.daemon import GENEROUS, Daemon
from tests.scenarios import (
    steps,
    steps_files,
    steps_messages,
    steps_people,
    steps_rooms,
    steps_search,
)
from tests.scenarios.language import STEPS, Scenario
from tests.scenarios.test_nodes import UNHURRIED
from tests.scenarios.wss import WssWorld

assert STEPS
assert steps.step is steps_messages.step is steps_people.step
assert steps.step is steps_rooms.step is steps_search.step is steps_files.step
#: Where a scenario lets time pass, it passes in memory only.
SCENARIOS = [
    path
    for path in sorted(Path(__file__).parent.glob("*.scenario"))
    if "seconds pass" not in path.read_text("utf-8")
]


@pytest.mark.parametrize("stock", [False, True], ids=["tls", "stock-tls"])
@pytest_twisted.ensureDeferred
async def test_every_scenario_over_wss(tmp_path: Path, stock: bool) -> None:
    for number, path in enumerate(SCENARIOS):
        await play(path, tmp_path / str(number), stock=stock)


@pytest_twisted.ensureDeferred
async def test_every_scenario_with_the_daemon_killed_in_the_middle(tmp_path: Path) -> None:
    for number, path in enumerate(UNHURRIED):
        await play(path, tmp_path / str(number), restart_after=0.6)


async def play(
    path: Path, folder: Path, *, stock: bool = False, restart_after: float | None = None
) -> None:
    """In a folder with a short name: the path of a Unix socket is bounded."""
    folder.mkdir()
    with Daemon(folder, GENEROUS, {"tls": {"stock": stock}}) as daemon:
        world = WssWorld(daemon)
        await Scenario(path, world, restart_after).play()
        await world.stop()
        assert "Traceback" not in daemon.log()
