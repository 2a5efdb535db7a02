"""A test that leaves something behind, or an error in the log, is red."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import pytest, pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, fail
from twisted.logger import Logger
"""


def outcome(folder: Path, body: str) -> str:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    logs_errors(*patterns): errors\n")
    (folder / "test_it.py").write_text(BEGIN + body)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "@pytest_twisted.ensureDeferred\n"
            "async def test_it():\n    reactor.callLater(60, print)\n",
            "timers left behind",
        ),
        (
            "@pytest_twisted.ensureDeferred\n"
            "async def test_it():\n    fail(RuntimeError('unheard'))\n",
            "RuntimeError: unheard",
        ),
        ("def test_it():\n    Logger().error('something broke')\n", "something broke"),
        (
            "@pytest.mark.logs_errors('this one')\n"
            "def test_it():\n    Logger().error('another one')\n",
            "another one",
        ),
        (
            "@pytest.mark.logs_errors('this one')\ndef test_it():\n    pass\n",
            "expected in the log and not there",
        ),
    ],
)
def test_what_is_left_behind_fails_the_test(tmp_path: Path, body: str, says: str) -> None:
    said = outcome(tmp_path, body)
    assert says in said
    assert "1 error" in said


def test_an_error_that_was_expected_passes(tmp_path: Path) -> None:
    body = "@pytest.mark.logs_errors('this one')\ndef test_it():\n    Logger().error('this one')\n"
    assert "1 passed" in outcome(tmp_path, body)
