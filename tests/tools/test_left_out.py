"""CHATD_TESTS_WITHOUT leaves out marked tests, and says how many."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
TESTS = """
import pytest

@pytest.mark.browser
def test_page(): pass

@pytest.mark.strace
def test_disk(): pass

def test_plain(): pass
"""


@pytest.mark.parametrize(
    ("without", "closing"),
    [
        ("", "3 passed in"),
        ("browser", "2 passed, 1 deselected in"),
        ("browser,strace", "1 passed, 2 deselected in"),
    ],
)
def test_marked_tests_are_left_out_and_counted(tmp_path, without, closing):
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    (tmp_path / "test_marks.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  browser: b\n  strace: s\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "CHATD_TESTS_WITHOUT": without},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert closing in done.stdout.splitlines()[-1]
