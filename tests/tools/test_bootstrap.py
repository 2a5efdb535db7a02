"""The commands as one types them: usage, a missing Python, the list of targets."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def call(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd="/",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("python", ["/nonexistent/python3", "false"])
def test_without_a_fitting_python_it_says_what_to_type(python):
    done = call(f"{ROOT}/tools/bootstrap", "run", PYTHON=python)
    assert done.returncode == 1
    assert "needs Python 3.11" in done.stderr
    assert "apt-get install -y python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_profile_is_a_usage_line():
    done = call(f"{ROOT}/tools/bootstrap", "tea")
    assert done.returncode == 2
    assert done.stderr.startswith("chatd: usage: tools/bootstrap PROFILE, one of: run dev test")


def test_make_alone_lists_every_target_with_its_purpose():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    done = call("make", "-C", str(ROOT), "--no-print-directory")
    listed = dict(re.findall(r"^  make ([\w-]+) +(\S.*)$", done.stdout, re.MULTILINE))
    assert set(listed) == targets
    assert {"run", "test", "bench"} <= targets
