"""The harness of the bench: it measures something, and it notices what is missing. No timed test:
the machine that runs the tests has other things to do."""

import sys
from pathlib import Path

import pytest

from bench import servers
from bench.__main__ import SMOKE
from bench.catalogue import LAUNCHERS, Launch, Launcher
from bench.kit import Kit, Lacking
from bench.measure import Missing
from bench.rows import ROWS
from bench.rows.equal import EQUAL
from bench.run import Progress, expected_seconds, run
from bench.stage import Stage

pytestmark = pytest.mark.load
PROGRAMS = servers.ROOT / "var" / "bench"


def quiet(text: str) -> None:
    """Nobody reads the progress of a test."""


def stage(folder: Path, peers: dict[str, Launcher]) -> Stage:
    return Stage(folder, Kit(PROGRAMS, quiet), SMOKE, quiet, peers)


def without(kit: Kit) -> Launch:
    raise Lacking("it is not here")


def test_the_rows_are_measured_and_everything_sent_arrives(tmp_path: Path) -> None:
    """With the C floor beside chatd, and one peer that this machine does not have. Left out:
    rows that only repeat others with more people, and the restart, whose subject is the ten seconds
    over which clients are told to come back."""
    rows = [row for row in ROWS if row.name not in ("most", "great", "restart")]
    peers = {"floor": LAUNCHERS["floor"], "ws": without}
    names = ["chatd", *peers]
    progress = Progress(expected_seconds(rows, names, 1), quiet)
    outcome = run(stage(tmp_path, peers), rows, names, 1, progress)
    assert outcome.failed == {}
    assert outcome.not_run == {"ws": "it is not here"}
    for row in rows:
        found = outcome.found[row.name]
        assert set(found) == set(names) & set(row.names) - {"ws"}
        [ours] = found["chatd"]
        assert {figure.key for figure in row.figures} <= set(ours)
    [equal] = outcome.found["equal"]["chatd"]
    assert 0 < equal["light_p50_ms"] <= equal["light_p99_ms"]
    assert equal["hop_p50_ms"] <= equal["light_p50_ms"]


@pytest.mark.parametrize("fault", ["loses", "doubles"])
def test_a_server_that_loses_or_doubles_deliveries_is_noticed(tmp_path: Path, fault: str) -> None:
    launch = Launch([sys.executable, "-m", "tests.bench.faulty_server"], after=(fault,))
    faulty = stage(tmp_path, {"faulty": lambda kit: launch})
    with pytest.raises(Missing, match="clients did not get what was sent"):
        EQUAL.run(faulty, "faulty")
