"""`chatctl trace`: what it says of each way a message can have gone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from chatd.admin.tracing import notified, verdict
from chatd.engine.traces import Traced, TracedPerson
from tests.daemon import Daemon, WentWrong
from tests.scenarios.wss import WssWorld

NOW = 1_000_000
MESSAGE = Traced(
    position=50,
    room="r1",
    room_name="Tea",
    room_kind="public",
    seq=9,
    number=5,
    at=NOW - 1000,
    author="u1",
    author_name="alice",
    deleted=False,
    edited=False,
    members=2,
    delivered=0,
    read=0,
    followers={},
)
BOB = TracedPerson(
    user="u2",
    name="bob",
    kind="person",
    disabled=False,
    stays=((2, None),),
    delivered=0,
    read=0,
    marked_at=0,
    read_at=0,
    notify=None,
    muted_until=None,
    mentioned=False,
    blocked_at=None,
    seen=None,
    subscriptions=0,
    pushes=(),
)
HERE = [{"connection": "c1", "address": "192.0.2.1", "open_rooms": ["r1"]}]
ELSEWHERE = [{"connection": "c1", "address": "192.0.2.1", "open_rooms": ["r2"]}]


@pytest.mark.parametrize(
    ("differs", "live", "said"),
    [
        ({"user": "u1"}, [], "wrote it"),
        ({"delivered": 9, "read": 9}, [], "read mark is past it"),
        ({"delivered": 9}, [], "has not read it"),
        ({"stays": ((12, None),)}, [], "came in later, with seq 12"),
        ({"stays": ()}, [], "was not in the room"),
        ({"stays": ((2, 8),)}, [], "was not in the room"),
        ({"stays": ((2, 10),)}, [], "left before any client"),
        ({"disabled": True}, [], "disabled"),
        ({}, None, "does not run"),
        ({}, [], "none is connected"),
        ({}, HERE, "has the room open"),
        ({}, ELSEWHERE, "without having this room open"),
    ],
)
def test_why_somebody_did_or_did_not_get_it(
    differs: dict[str, Any], live: list[dict[str, Any]] | None, said: str
) -> None:
    assert said in verdict(replace(BOB, **differs), MESSAGE, live)


@pytest.mark.parametrize(
    ("differs", "kind", "said"),
    [
        ({}, "public", "no: level mentions, as public rooms have it"),
        ({"mentioned": True}, "public", "yes: level mentions, as public rooms have it"),
        ({}, "direct", "yes: level all"),
        ({"notify": "all"}, "public", "yes: level all, as they chose"),
        ({"notify": "none", "mentioned": True}, "direct", "no: level none, as they chose"),
        ({"notify": "all", "muted_until": 0}, "public", "muted"),
        ({"notify": "all", "muted_until": NOW + 1}, "public", "muted"),
        ({"notify": "all", "muted_until": NOW - 1}, "public", "yes"),
        ({"mentioned": True, "blocked_at": 5}, "public", "blocked"),
        ({"user": "u1"}, "direct", "their own"),
        ({"kind": "bot"}, "direct", "a program's"),
    ],
)
def test_whether_somebody_is_called_for_it(differs: dict[str, Any], kind: str, said: str) -> None:
    told = notified(replace(BOB, **differs), replace(MESSAGE, room_kind=kind), NOW)
    assert told.startswith(said) or (said in told and told.startswith("no"))


@pytest_twisted.ensureDeferred
async def test_a_message_is_traced_to_its_people_without_a_word_of_it(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        world = WssWorld(daemon)
        for name in ("alice", "bob", "carol"):
            await world.person(name)
        alice, bob = await world.connect("alice", 0), await world.connect("bob", 0)
        made = {"type": "create_room", "key": "k1", "name": "Tea", "slug": "tea"}
        room = (await alice.command(made))["room"]
        await bob.command({"type": "join", "key": "k2", "room": room})
        await bob.command({"type": "open", "room": room})
        said = {"type": "send", "key": "k3", "room": room, "text": "zimtschnecke @bob"}
        seq = (await alice.command(said))["seq"]
        told = daemon.ask("trace", message=f"{daemon.url}/#/room/{room}/{seq}", user="bob")
        assert told["message"]["author"] == "alice" and told["message"]["members_then"] == 2
        (connection,) = told["person"]["connections_now"]
        assert connection["room_open"]
        assert f"as {connection['connection']}" in daemon.log()
        assert told["person"]["notified"].startswith("yes: level mentions")
        assert "has the room open" in told["verdict"]
        marked = {"type": "mark", "room": room, "delivered": seq, "read": seq}
        assert (await bob.command(marked))["type"] == "done"
        assert "read mark" in daemon.ask("trace", message=f"#tea/{seq}", user="bob")["verdict"]
        carol = daemon.ask("trace", message=f"{room}/{seq}", user="carol")
        assert "was not in the room" in carol["verdict"]
        assert "zimtschnecke" not in str((told, carol))
        for wrong in ("nonsense", f"{room}/999", f"{room}/1", "#nowhere/1"):
            with pytest.raises(WentWrong):
                daemon.ask("trace", message=wrong)
        with pytest.raises(WentWrong, match="no account"):
            daemon.ask("trace", message=f"{room}/{seq}", user="nobody")
        await world.stop()
