"""Steps of the scenario language for what people show of themselves, and for their accounts."""

import json

from tests.scenarios.language import Scenario, step
from tests.scenarios.steps_rooms import filled, within


@step(r"WHO sets (?P<what>profile|status|privacy) (?P<fields>\{.*?\}) REFUSED")
async def sets(s: Scenario, who: str, what: str, fields: str, refused: str | None) -> None:
    frame = filled(s, json.loads(fields))
    await s.ask(who, refused, type=f"set_{what}", key=s.key(), **frame)


@step(r"WHO looks OTHER up: (?P<wanted>\{.*\})")
async def looks_up(s: Scenario, who: str, other: str, wanted: str) -> None:
    """What is null in ``wanted`` must not be there."""
    reply = await s.ask(who, None, type="person", user=f"@{other}")
    expected = filled(s, json.loads(wanted))
    assert within(expected, reply["person"]), f"{reply['person']} is not {expected}"


@step(r"WHO finds people (?P<query>\S+): (?P<names>[a-z, ]+)")
async def finds_people(s: Scenario, who: str, query: str, names: str) -> None:
    reply = await s.ask(who, None, type="people", query=query)
    found = ", ".join(person["name"] for person in reply["people"]) or "nobody"
    assert found == names, f"found {found}"


@step(r"WHO sees in ROOM that there are (?P<names>[a-z, ]+)")
async def sees_here(s: Scenario, who: str, room: str, names: str) -> None:
    """Who is present, as the reply to opening the room has it."""
    reply = await s.ask(who, None, type="open", room=s.rooms[room])
    members = await s.ask(who, None, type="members", room=s.rooms[room])
    called = {member["user"]: member["name"] for member in members["members"]}
    found = ", ".join(sorted(called[user] for user in reply.get("here", {}))) or "nobody"
    assert found == names, f"here: {found}"


@step(r"WHO sees the marks of (?P<names>[a-z, ]+) in ROOM")
async def sees_marks(s: Scenario, who: str, names: str, room: str) -> None:
    """Both in the list of marks and in the reply to opening the room."""
    listed = await s.ask(who, None, type="marks", room=s.rooms[room])
    opened = await s.ask(who, None, type="open", room=s.rooms[room])
    members = await s.ask(who, None, type="members", room=s.rooms[room])
    called = {member["user"]: member["name"] for member in members["members"]}
    for reply in (listed, opened):
        found = ", ".join(sorted(called[mark["user"]] for mark in reply.get("marks", [])))
        assert (found or "nobody") == names, f"marks of {found}"


@step(r"the account of WHO is deleted(?P<erase> and erased)?")
async def deleted(s: Scenario, who: str, erase: str | None) -> None:
    await s.world.delete(who, erase is not None)


@step(r"WHO has no connection any more")
async def unconnected(s: Scenario, who: str) -> None:
    link = s.named(who).link
    assert link is not None
    await link.ended()
    s.named(who).link = None
