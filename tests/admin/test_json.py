"""Every command answers --json in the form that docs/chatctl.schema.json has, and in no other."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from chatd.admin import schema
from chatd.admin.answering import EXITS, SCHEMA, Exit, streamed
from chatd.admin.answers import ANSWERS, Mailed, Pinged
from chatd.admin.answers_watching import Frame
from chatd.admin.parser import parser
from chatd.admin.parser_tree import commands_of
from tests.admin.commands import At, chatctl, wherever_it_lies
from tests.daemon import REPOSITORY, Daemon, with_settings

VALID = jsonschema_rs.validator_for(schema.schema())
SITE = {"keys": "secrets/site-keys", "issuer": "https://www.example.org"}
#: Commands that end otherwise than at once: what they answer is tried by itself.
APART = {"tap", "webhook test", "mail test"}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("server")
    with Daemon(folder, {"webhook": {}}) as daemon:
        yield daemon


def valid(text: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(text)
    VALID.validate(told)
    return told


def test_the_document_is_what_the_program_says() -> None:
    assert schema.FILE.read_text("utf-8") == schema.text(), "make generate"


def test_every_command_has_an_answer() -> None:
    assert {" ".join(words) for words, _ in commands_of(parser())} == set(ANSWERS)


def test_every_command_answers_in_its_form(daemon: Daemon, tmp_path: Path) -> None:
    at, tried = At(daemon.config), set()

    def said(*words: object, codes: tuple[int, ...] = (0,)) -> Any:
        ended = at.json(*words)
        assert ended.code in codes and ended.err == "", (words, ended)
        told = valid(ended.out)
        tried.add(told["command"])
        assert told["schema"] == SCHEMA
        assert " ".join(map(str, words)).startswith(told["command"])
        return told["done"]

    said("user", "add", "alice", "--admin")
    said("user", "add", "bob")
    assert said("user", "add", "robot", "--bot")["kind"] == "bot"
    said("user", "list")
    said("user", "password", "bob", "--dry-run")
    said("user", "reset", "bob")
    said("user", "factors", "bob")
    said("user", "reset-factors", "bob")
    said("user", "disable", "bob")
    said("user", "enable", "bob")
    said("user", "admin", "bob")
    token = said("token", "create", "bob", "--scope", "chat", "--days", "3")
    said("token", "list", "bob")
    said("token", "end", "bob", token["id"])
    said("session", "list", "bob")
    said("session", "end", "bob", "--all")
    said("user", "delete", "bob")
    said("invite")
    made = said("invitation", "create", "--uses", "3")
    said("invitation", "list")
    said("invitation", "withdraw", made["id"])
    said("reseal")
    said("address", "block", "203.0.113.0/24", "--reason", "spam")
    said("address", "list")
    said("address", "unblock", "203.0.113.0/24")
    said("status")
    said("top")
    said("webhook", "status")
    said("check")
    said("settings")
    said("reload")
    said("completion", "bash")
    said("provider", "list")
    said("provider", "check")
    said("doctor", "--quick", codes=(0, 1))
    said("doctor", "--security")
    with wherever_it_lies():
        said("install-service", "--dry-run", "--root", tmp_path)
    said("quickstart", tmp_path / "another", "--port", "9443")
    other = At(tmp_path / "setup" / "chatd.toml").json("setup", "--here")
    tried.add(valid(other.out)["command"])
    backups = tmp_path / "backups"
    backup = said("backup", "create", backups)
    said("backup", "verify", backup["path"])
    said("backup", "list", backups)
    said("backup", "prune", backups, "--keep", "1")
    daemon.config.write_text(with_settings(daemon.config.read_text(), "site", SITE))
    key = said("token-key", "add", "shop")
    said("token-key", "list")
    (tmp_path / "token").write_text("no.to.ken")
    said("token-debug", tmp_path / "token", codes=(1,))
    said("token-key", "remove", key["kid"])
    said("trace", f"#tea/{message(daemon)}", "--user", "alice")
    daemon.stop()
    said("backup", "restore", backup["path"], "--dry-run")
    said("verify")
    assert valid(apart(daemon, "setup-link").stderr)["refused"]["code"] == "exists"
    shutil.rmtree(daemon.state)
    tried.add(valid(apart(daemon, "setup-link").stdout)["command"])
    assert tried == set(ANSWERS) - APART


def apart(daemon: Daemon, *words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: without a daemon the store is opened, which takes the reactor."""
    line = [sys.executable, "-m", "chatd.admin.main", "-c", str(daemon.config), "--json", *words]
    return subprocess.run(
        line, capture_output=True, text=True, timeout=30, cwd=REPOSITORY, check=False
    )


def message(daemon: Daemon) -> int:
    """One in #tea, by alice; its seq."""
    import http.client
    import ssl

    trust = ssl.create_default_context(cafile=str(daemon.ca))
    connection = http.client.HTTPSConnection("localhost", daemon.port, context=trust, timeout=10)
    head = {
        "Authorization": f"Bearer {daemon.token('alice')}",
        "Content-Type": "application/json",
    }
    for path, body in (
        ("/api/v1/rooms", {"name": "Tea", "slug": "tea"}),
        ("/api/v1/rooms/~tea/messages", {"text": "hello"}),
    ):
        connection.request("POST", path, json.dumps(body), head)
        answer = connection.getresponse()
        told = json.load(answer)
        assert answer.status in (200, 201), told
    connection.close()
    return int(told["seq"])


def test_what_stands_apart_has_its_form_too(capsys: pytest.CaptureFixture[str]) -> None:
    options = parser().parse_args(["tap", "alice", "--json"])
    streamed(options, Frame(1, "c0nnect1", "in", 5, type="send"), "")
    streamed(options, Frame(1, "c0nnect1", "begins"), "")
    first, second = map(valid, capsys.readouterr().out.splitlines())
    assert first["done"]["bytes"] == 5 and "bytes" not in second["done"]
    for command, done in (("webhook test", Pinged("ping_1", 200, 3)), ("mail test", Mailed("a@b"))):
        said = {"schema": SCHEMA, "command": command, "done": done}
        valid(msgspec.json.encode(said).decode())


def test_the_check_finds_what_is_not_in_the_form() -> None:
    right = {"schema": SCHEMA, "command": "reseal", "done": {"old": 1, "lost": 0, "sealed_anew": 1}}
    assert VALID.is_valid(right)
    assert not VALID.is_valid({**right, "command": "status"})
    assert not VALID.is_valid({**right, "more": 1})
    assert not VALID.is_valid({**right, "done": {**right["done"], "more": 1}})
    assert not VALID.is_valid({**right, "schema": "chatctl/2"})


REFUSALS = [
    (("user", "add"), 2, "usage"),
    (("nothing",), 2, "usage"),
    (("completion", "csh"), 2, "usage"),
    (("setup",), 2, "usage"),
    (("status",), 4, "not-running"),
    (("top",), 4, "not-running"),
    (("tap", "alice"), 4, "not-running"),
    (("reload", "--dry-run"), 4, "not-running"),
    (("webhook", "status"), 4, "not-running"),
    (("mail", "test", "a@example.org"), 4, "not-running"),
    (("backup", "verify", "/nowhere.tar"), 1, "backup"),
    (("token-debug", "/nowhere"), 3, "configuration"),
    (("token-key", "remove", "k1"), 1, "not-found"),
    (("provider", "check", "nobody"), 1, "not-found"),
]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> At:
    return At(Daemon(tmp_path_factory.mktemp("stopped")).config)


@pytest.mark.parametrize(("words", "code", "name"), REFUSALS, ids=lambda value: str(value))
def test_what_is_in_the_way_is_json_on_standard_error(
    stopped: At, words: tuple[str, ...], code: int, name: str
) -> None:
    ended = stopped.json(*words)
    assert (ended.code, ended.refused["code"]) == (code, name)
    valid(ended.err)
    plain = stopped(*words)
    assert plain.code == code and plain.err.splitlines()[-1].startswith("chatctl: ")


def test_json_may_be_asked_for_before_and_behind(stopped: At) -> None:
    assert stopped("settings", "--json").out == stopped.json("settings").out


def test_each_exit_code_is_in_the_handbook_as_the_program_has_it() -> None:
    text = (REPOSITORY / "docs" / "chatctl.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for code, meaning in EXITS.items():
        assert f"| `{int(code)}` | {meaning} |" in rows
    assert set(EXITS) == set(Exit)


def test_a_configuration_that_is_not_there_ends_with_3(tmp_path: Path) -> None:
    ended = chatctl("--json", "--config", tmp_path / "none.toml", "status")
    assert (ended.code, ended.refused["code"]) == (3, "configuration")


def test_who_may_not_is_told_who_may(stopped: At, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatd.admin import control

    def closed(*about: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(control, "ask", closed)
    ended = stopped.json("user", "list")
    assert (ended.code, ended.refused["code"]) == (5, "not-allowed")
    assert "as the user of chatd, or as root" in ended.refused["message"]
