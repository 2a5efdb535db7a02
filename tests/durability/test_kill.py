"""A daemon killed with SIGKILL at random moments loses, doubles and reorders nothing.

The long form is `make kills`. A failure names its seed.
"""

import random
import shutil
from pathlib import Path

import pytest_twisted
from twisted.internet import reactor

from tests.durability.kill import kills


@pytest_twisted.ensureDeferred
async def test_a_daemon_killed_again_and_again_keeps_its_word(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    outcome = await kills(reactor, tmp_path / "data", rounds=8, seed=seed)
    assert (outcome.violations, outcome.faults) == ([], []), f"--rounds 8 --seed {seed}"
    assert outcome.acknowledged > 100
    assert outcome.sessions > 8


@pytest_twisted.ensureDeferred
async def test_a_store_set_back_between_two_starts_is_found(tmp_path: Path) -> None:
    state, earlier = tmp_path / "data" / "state", tmp_path / "earlier"

    def set_back(number: int) -> None:
        if number == 1:
            shutil.copytree(state, earlier, ignore=shutil.ignore_patterns("*.sock"))
        else:
            shutil.rmtree(state)
            shutil.copytree(earlier, state)

    outcome = await kills(reactor, tmp_path / "data", rounds=2, seed=3, while_dead=set_back)
    assert "acknowledged-missing" in {violation.kind for violation in outcome.violations}
