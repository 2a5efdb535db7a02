"""The API is what its description says, whatever is sent: schemathesis looks for the contrary."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chatd.edge.api import openapi
from chatd.edge.api.table import ALL
from tests.api.client import Client
from tests.daemon import GENEROUS, Daemon

#: Seconds of looking, and until it must have ended.
LOOKING = 35
FOLLOWING = 25
LONGEST = 150
#: What may be answered to what fits the description: 422 is for what no schema can say, such as a
#: name with nothing visible in it. And to what does not: also that it is too long.
SETTINGS = """
tls-verify = "{ca}"

[headers]
Authorization = "Bearer {token}"

[generation]
with-security-parameters = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 410, 422, 429]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 422, 429, 431]
"""
#: With as many reads as one likes: how many there may be is no setting, and another test's.
SERVED = (
    *(sys.executable, "-c"),
    "from chatd.core.bucket import Rate;"
    "from chatd.session import budgets;"
    "budgets.READS = Rate(1e6, 1e6);"
    "from twisted.scripts.twistd import run;"
    "run()",
    *("--nodaemon", "--pidfile=", "chatd"),
)
#: They could end what the others ask with.
ENDING = ("end_token", "log_out")
#: One does not see a private room that one left; a description cannot say so.
LEAVING = ("leave", "kick")


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """Clients must put up with more fields in an answer than are described; this test does not."""
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return document


def look(daemon: Daemon, folder: Path, seconds: int, *options: str) -> None:
    token = daemon.ask("token_create", name="root1")["token"]
    description = folder / "api.json"
    description.write_text(json.dumps(strict(openapi.document())))
    settings = folder / "schemathesis.toml"
    settings.write_text(SETTINGS.format(ca=daemon.ca, token=token))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)),
            *("run", str(description), "--url", daemon.url, "--no-color", "--checks", "all"),
            *("--continue-on-failure", "--no-shrink", "--generation-database", "none"),
            # Another one each time would fail a change that has nothing to do with it.
            *("--seed", "1", "--max-time", str(seconds), *options),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " 500 " not in daemon.log()
    # Or else it asked in vain, as nobody.
    assert Client(daemon, token).ask("GET", "/session").status == 200


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path / "daemon", GENEROUS, program=SERVED) as daemon:
        daemon.user("root1", admin=True)
        yield daemon


@pytest.mark.slow
def test_no_single_request_contradicts_the_description(served: Daemon, tmp_path: Path) -> None:
    look(served, tmp_path, LOOKING, "--phases", "coverage,fuzzing", *leaving_out(ENDING))


@pytest.mark.slow
def test_nor_do_requests_that_follow_one_another(served: Daemon, tmp_path: Path) -> None:
    without = leaving_out((*ENDING, *LEAVING))
    look(served, tmp_path, FOLLOWING, "--phases", "stateful", *without)


def leaving_out(names: Sequence[str]) -> list[str]:
    return [text for name in names for text in ("--exclude-operation-id", name)]


def test_nor_does_what_ends_tokens(daemon: Daemon, tmp_path: Path) -> None:
    only = [text for name in ENDING for text in ("--include-operation-id", name)]
    look(daemon, tmp_path, 5, *only)


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = openapi.document()["paths"].values()
    named = [each["operationId"] for path in paths for each in path.values()]
    assert len(named) == len(set(named)) == len(ALL)
    assert {"send", "create_room", "list_users", "end_token"} <= set(named)
