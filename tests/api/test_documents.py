"""docs/http.md: its examples run, and its table lists every call with its scope."""

import os
import re
import subprocess
import sys
from pathlib import Path

from chatd.edge.api.table import ALL
from chatd.edge.guard import ANY_SCOPE
from tests.daemon import REPOSITORY, Daemon

TEXT = (REPOSITORY / "docs" / "http.md").read_text("utf-8")
README = (REPOSITORY / "README.md").read_text("utf-8")
#: In front of the examples: chatctl of this checkout, and where they run.
SHELL = """
set -eu
chatctl() {{ PYTHONPATH={root} {python} -m chatd.admin.main "$@"; }}
"""


def test_the_table_lists_every_call_with_its_scope() -> None:
    rows = set(re.findall(r"^\| `([A-Z]+) (/[^`]*)` \| (?:`([a-z:]*)`)? ?\|", TEXT, re.MULTILINE))
    wanted = {
        (call.method, call.path, "" if call.scope == ANY_SCOPE else call.scope) for call in ALL
    }
    listed = {row for row in rows if row[:2] in {call[:2] for call in wanted}}
    assert listed == wanted


def run(example: str, daemon: Daemon, folder: Path, **environment: str) -> str:
    """What a shell says to it; the names of another machine are this one's."""
    for there, here in (
        ("https://localhost:8443", daemon.url),
        ("var/tls/ca.pem", str(daemon.ca)),
    ):
        example = example.replace(there, here)
    done = subprocess.run(
        ["bash", "-c", SHELL.format(root=REPOSITORY, python=sys.executable) + example],
        cwd=folder,
        env={**os.environ, "CHATD_CONFIG": str(daemon.config), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_examples_with_curl_work(tmp_path: Path) -> None:
    (example,) = re.findall(r"## The API for programs.*?```sh\n(.*?)```", TEXT, re.DOTALL)
    (first,) = re.findall(r"One `curl` posts.*?```sh\n(.*?)```", README, re.DOTALL)
    with Daemon(tmp_path) as daemon:
        daemon.user("robot")
        assert '"text":"Once."' in run(example, daemon, tmp_path)
        assert (tmp_path / "token").stat().st_mode & 0o077 == 0
        (tmp_path / "token").unlink()
        said = run(first, daemon, tmp_path, TOKEN=daemon.token("robot"))
        assert said.startswith('{"room":')
