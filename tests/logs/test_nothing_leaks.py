"""What people write and what proves who they are never comes to the log, by any way there is."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread
from twisted.logger import globalLogPublisher

from chatd import features
from chatd.config.settings_log import Log
from chatd.edge.api import table
from chatd.engine.origin import Origin
from chatd.logs.observer import Observer
from chatd.told import log_fault
from tests.api.client import Client
from tests.daemon import GENEROUS, Daemon
from tests.scenarios.wss import WssWorld

#: Stands for what somebody wrote; for a password; for a secret that no account has.
TEXT = "zimtschnecke"
PASSWORD = "xylophon-correct-horse"
SECRET = "chatd_t_" + "Q" * 43
#: The forms of the log and the level at which most is told.
ALL_OF_IT = {"log": {"format": "json", "level": "debug"}}


def leaks(log: str, *secrets: str) -> list[str]:
    """Lines of a log in which anything stands that must not."""
    forbidden = [TEXT, PASSWORD, "Q" * 20, *secrets]
    return [line for line in log.splitlines() if any(word in line for word in forbidden)]


def filled(kind: type[msgspec.Struct], room: str, user: str) -> dict[str, Any]:
    """A command or a body with something in each of its fields, text in those that take any."""
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name == "room":
            made[name] = room
        elif name in ("user", "person"):
            made[name] = user
        elif name == "key":
            made[name] = f"key-{kind.__name__}"
        elif name != "id":
            made[name] = _value(field.type)
    return made


def _value(type_: Any) -> Any:
    for value in (f"{TEXT} @everyone", 1, True, [TEXT], {"org.example.card": {"a": TEXT}}):
        try:
            return msgspec.to_builtins(msgspec.convert(value, type_))
        except msgspec.ValidationError:
            continue
    return TEXT


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests that are about accounts, with secrets wherever one may stand."""
    named = {"name": "alice", "password": PASSWORD, "text": TEXT}
    for path in (
        "session",
        "register",
        "setup",
        "password",
        "invitation/check",
        "reset/ask",
        "reset/check",
        "reset",
        "email",
        "email/confirm",
        "device",
        "device/token",
        "device/check",
        "device/answer",
        "session/exchange",
        "ticket",
        "sessions/end",
        "account/delete",
    ):
        yield f"/api/{path}", {**named, "secret": SECRET, "token": SECRET, "invitation": SECRET}
        yield f"/api/{path}", named


@pytest_twisted.ensureDeferred
async def test_nothing_of_what_is_said_or_proven_is_in_the_log(tmp_path: Path) -> None:
    with Daemon(tmp_path, GENEROUS, ALL_OF_IT) as daemon:
        user = daemon.user("alice", password=PASSWORD, admin=True)
        token = daemon.ask("token_create", name="alice", label=TEXT)["token"]
        link = daemon.ask("invitation_create")["link"].rpartition("=")[2]
        reset = daemon.ask("user_reset", name="alice")["link"].rpartition("=")[2]
        world = WssWorld(daemon)
        await world.person("bob")
        bob = await world.connect("bob", 0)
        made = {"type": "create_room", "name": TEXT, "key": "k1"}
        room = (await bob.command(made))["room"]
        await bob.command({"type": "open", "room": room})
        done = 0
        for feature in features.ALL:
            for row in feature.rows:
                kind = row.command
                frame = {"type": kind.__struct_config__.tag, **filled(kind, room, user)}
                done += (await bob.command(frame))["type"] != "error"
        assert done >= 10, "hardly any command was right"
        assert (await bob.command({"type": TEXT, "text": TEXT}))["code"] == "unknown-type"
        assert (await bob.command({"type": "send", TEXT: TEXT}))["type"] == "error"
        await world.settle()
        await deferToThread(_over_http, daemon, token, room, (link, reset))
        await world.stop()
        await deferToThread(daemon.stop)
        log = daemon.log()
    lines = [json.loads(line) for line in log.splitlines()]
    assert any(line.get("connection") and line.get("user") for line in lines)
    assert any(line.get("status") == 401 and line.get("request") for line in lines)
    assert leaks(log, token.removeprefix("chatd_t_"), link[-20:], reset[-20:]) == []


def _over_http(daemon: Daemon, token: str, room: str, secrets: tuple[str, ...]) -> None:
    for asked in (Client(daemon, token), Client(daemon, None), Client(daemon, SECRET)):
        for path, body in bodies():
            asked.ask("POST", path, body)
        for call in table.ALL:
            path = call.path.replace("{room}", room).replace("{user}", "@alice")
            if "{" not in path and path != "/accounts":
                body = filled(call.input, room, "@alice")
                asked.ask(call.method, f"{path}?q={TEXT}&text={TEXT}", body)
        for secret in secrets:
            asked.ask("GET", f"/api/{secret}")
            asked.ask("GET", "/api/session", Cookie=f"__Host-chatd={secret}; x={TEXT}")
            asked.ask("POST", "/api/register", {"name": "eve", "invitation": secret})
        asked.ask("POST", "/api/session", f'{{"{TEXT}'.encode())


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.logs_errors("fault")
def test_a_fault_that_quotes_what_was_said_is_told_without_it(tmp_path: Path, form: str) -> None:
    path = tmp_path / "log"
    with path.open("w") as out:
        observer = Observer(out, Log(format=form))
        globalLogPublisher.addObserver(observer)
        try:
            for kind in (ValueError, KeyError, RuntimeError, asyncio.QueueFull):
                try:
                    raise kind(f"{TEXT} {SECRET}")
                except kind as failure:
                    origin = Origin("c0nnect1", "u1")
                    log_fault(
                        what="send", reference="r3f", failure=failure, origin=origin, request=7
                    )
        finally:
            globalLogPublisher.removeObserver(observer)
    log = path.read_text()
    assert log.count("fault r3f in send, connection c0nnect1, request 7 of u1") == 4
    assert leaks(log) == []


def test_the_check_finds_what_it_looks_for() -> None:
    assert leaks(f"a\nsaid {TEXT}\nb {PASSWORD}\nc {SECRET}\nd abc", "abc") == [
        f"said {TEXT}",
        f"b {PASSWORD}",
        f"c {SECRET}",
        "d abc",
    ]
