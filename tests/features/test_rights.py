"""Every action in a room, tried by every role: who stands too low is refused, and nobody else."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from chatd.engine.rows import RoleName
from chatd.features.rights import LEAST, Action
from tests.fakes.drive import run
from tests.features.test_views import ask
from tests.scenarios.memory import MemoryLink, MemoryWorld

ROLES: tuple[RoleName, ...] = get_args(RoleName)

#: As people read it.
TABLE = """
mark          reader
leave         reader
send          member
type          member
edit_own      member
delete_own    member
delete_any    moderator
react         member
pin           moderator
add           moderator
kick          moderator
ban           moderator
change_room   moderator
change_roles  owner
rule_room     owner
"""
WRITTEN = dict(line.split() for line in TABLE.strip().splitlines())
#: What does each action. The seq is that of a message of the actor's own, or of another's.
COMMANDS: dict[Action, dict[str, Any]] = {
    Action.MARK: {"type": "mark", "read": 1},
    Action.LEAVE: {"type": "leave", "key": "k"},
    Action.SEND: {"type": "send", "key": "k", "text": "hello"},
    Action.TYPE: {"type": "typing"},
    Action.EDIT_OWN: {"type": "edit", "key": "k", "seq": "own", "text": "hello"},
    Action.DELETE_OWN: {"type": "delete", "key": "k", "seq": "own"},
    Action.DELETE_ANY: {"type": "delete", "key": "k", "seq": "other"},
    Action.REACT: {"type": "react", "key": "k", "seq": "other", "emoji": "👍"},
    Action.PIN: {"type": "pin", "key": "k", "seq": "other"},
    Action.ADD: {"type": "add_member", "key": "k", "user": "@carol"},
    Action.KICK: {"type": "kick", "key": "k", "user": "@dave"},
    Action.BAN: {"type": "ban", "key": "k", "user": "@dave"},
    Action.CHANGE_ROOM: {"type": "change_room", "key": "k", "topic": "tea"},
    Action.CHANGE_ROLES: {"type": "set_role", "key": "k", "user": "@dave", "role": "member"},
    Action.RULE_ROOM: {"type": "change_room", "key": "k", "archived": True},
}


@pytest.fixture
def world() -> Iterator[MemoryWorld]:
    world = MemoryWorld()
    for name in ("alice", "bob", "carol", "dave"):
        run(world.person(name))
    yield world
    world.stop()
    assert world.faults == []


def test_the_table_is_the_one_people_read() -> None:
    assert {action.name.lower(): role for action, role in LEAST.items()} == WRITTEN
    assert set(LEAST) == set(COMMANDS) == set(Action)


@pytest.mark.parametrize("action", Action, ids=lambda action: action.name.lower())
@pytest.mark.parametrize("role", ROLES)
def test_a_command_takes_the_role_of_its_action(
    world: MemoryWorld, role: RoleName, action: Action
) -> None:
    alice: MemoryLink = run(world.connect("alice", 1))
    bob: MemoryLink = run(world.connect("bob", 1))
    room = ask(alice, type="create_room", key="1", name="Tea")["room"]
    for number, user in enumerate(("@bob", "@dave")):
        added = ask(alice, type="add_member", key=f"a{number}", room=room, user=user)
        assert added["type"] == "done"
    ask(alice, type="set_role", key="2", room=room, user="@dave", role="reader")
    seqs = {
        whose: ask(link, type="send", key="3", room=room, text="hello")["seq"]
        for whose, link in (("own", bob), ("other", alice))
    }
    ask(bob, type="open", room=room)
    ask(alice, type="set_role", key="4", room=room, user="@bob", role=role)
    command = {"room": room, **COMMANDS[action]}
    if "seq" in command:
        command["seq"] = seqs[command["seq"]]
    reply = ask(bob, **command)
    if ROLES.index(role) >= ROLES.index(LEAST[action]):
        assert reply["type"] == "done", reply
    else:
        assert reply["code"] == "forbidden"
