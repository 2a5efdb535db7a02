"""The rig of revocations, in small."""

from pathlib import Path

from tests.daemon import GENEROUS, Daemon
from tests.rigs.revocations import PATIENT, run


def test_whoever_is_revoked_is_out_and_stays_out(tmp_path: Path) -> None:
    with Daemon(tmp_path, GENEROUS, PATIENT) as daemon:
        assert run(daemon, people=16, revoked=8) == []
