"""The limit on open files is no surprise at the thousandth connection."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = """
import resource, sys
from chatd.descriptors import raise_descriptors
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
print(raise_descriptors(int(sys.argv[3])))
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def after(soft: int, hard: int, connections: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(soft), str(hard), str(connections)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "said", "limit"),
    [
        (1024, 4096, 2000, "None", 2640),
        (3000, 4096, 2000, "None", 3000),
        (1024, 2048, 2000, "at most 2048 files", 2048),
    ],
)
def test_the_soft_limit_is_raised_as_far_as_needed(
    soft: int, hard: int, connections: int, said: str, limit: int
) -> None:
    told, now = after(soft, hard, connections)
    assert told.startswith(said)
    assert int(now) == limit
