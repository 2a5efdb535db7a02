"""The steps of the scenario language for what belongs to messages."""

import json
import re

from tests.scenarios.language import Frame, Person, Scenario, step


@step(r"OTHER is another device of WHO")
async def another_device(s: Scenario, other: str, who: str) -> None:
    """The same person a second time, with connections, rooms and a cursor of its own."""
    s.people[other] = Person(s.named(who).name)


@step(r"WHO answers ROOM N: TEXT REFUSED")
async def answers(s: Scenario, who: str, room: str, n: str, text: str, refused: str | None) -> None:
    id_ = s.rooms[room]
    reply = await s.ask(
        who,
        refused,
        type="send",
        key=s.key(),
        room=id_,
        text=text,
        reply_to=s.seqs.get((id_, int(n)), 9999),
    )
    if not refused:
        s.seqs[id_, reply["number"]] = reply["seq"]


@step(r"WHO sends data (?P<data>\{.*\}) to ROOM: TEXT REFUSED")
async def sends_data(
    s: Scenario, who: str, data: str, room: str, text: str, refused: str | None
) -> None:
    frame = {"type": "send", "key": s.key(), "room": s.rooms[room], "text": text}
    await s.ask(who, refused, **frame, data=json.loads(data))


@step(r"WHO sees data in ROOM N: (?P<data>\{.*\})")
async def sees_data(s: Scenario, who: str, room: str, n: str, data: str) -> None:
    (message,) = await look_up(s, who, room, n)
    assert message.get("data") == json.loads(data), f"data: {message.get('data')}"


@step(r"WHO reacts to ROOM N with (?P<emoji>\S+) REFUSED")
async def reacts(s: Scenario, who: str, room: str, n: str, emoji: str, refused: str | None) -> None:
    await about(s, who, "react", room, n, refused, emoji=emoji)


@step(r"WHO takes back (?P<emoji>\S+) from ROOM N REFUSED")
async def takes_back(
    s: Scenario, who: str, emoji: str, room: str, n: str, refused: str | None
) -> None:
    await about(s, who, "unreact", room, n, refused, emoji=emoji)


@step(r"WHO sees reactions to ROOM N: TEXT")
async def sees_reactions(s: Scenario, who: str, room: str, n: str, text: str) -> None:
    """As a page has them: emoji, count, who; a star where oneself is among them."""
    (message,) = await look_up(s, who, room, n)
    names = await names_of(s, who)
    found = " | ".join(
        f"{one['emoji']} {one['count']}{'*' if one.get('mine') else ''}"
        f" {', '.join(names[user] for user in one['users'])}"
        for one in message.get("reactions", ())
    )
    assert (found or "nothing") == text, f"found: {found}"
    refused = "gone" if "deleted" in message else None
    reply = await s.ask(who, refused, type="reactors", room=s.rooms[room], seq=message["seq"])
    listed = [reactor["user"] for reactor in reply.get("reactors", ())]
    counted = sum(one["count"] for one in message.get("reactions", ()))
    assert len(listed) == counted, f"{listed}, but {counted} were counted"


@step(r"WHO (?P<verb>pins|unpins) ROOM N REFUSED")
async def pins(s: Scenario, who: str, verb: str, room: str, n: str, refused: str | None) -> None:
    await about(s, who, verb[:-1], room, n, refused)


@step(r"WHO sees pinned in ROOM: TEXT")
async def sees_pinned(s: Scenario, who: str, room: str, text: str) -> None:
    """The newest pin first, with who pinned it."""
    reply = await s.ask(who, None, type="pins", room=s.rooms[room])
    found = " | ".join(f"{s.words(pin['message'])} [{pin['name']}]" for pin in reply["pins"])
    assert (found or "nothing") == text, f"found: {found}"


@step(r"WHO forwards ROOM N to (?P<to>[a-z]+)(?: saying (?P<said>.+?))? REFUSED")
async def forwards(
    s: Scenario, who: str, room: str, n: str, to: str, said: str | None, refused: str | None
) -> None:
    reply = await about(s, who, "forward", room, n, refused, to=s.rooms[to], text=said)
    if not refused:
        s.seqs[reply["room"], reply["number"]] = reply["seq"]
        if said:
            s.seqs[reply["room"], reply["number"] - 1] = reply["seq"] - 1


@step(r"WHO looks up ROOM (?P<numbers>#[#\d ]+): TEXT")
async def looks_up(s: Scenario, who: str, room: str, numbers: str, text: str) -> None:
    messages = await look_up(s, who, room, *re.findall(r"\d+", numbers))
    found = " | ".join(map(s.words, messages))
    assert (found or "nothing") == text, f"found: {found}"


@step(r"WHO sees quoted on the last (?P<count>\d+) of ROOM: TEXT")
async def sees_quoted(s: Scenario, who: str, count: str, room: str, text: str) -> None:
    reply = await s.ask(who, None, type="history", room=s.rooms[room], limit=int(count))
    found = " | ".join(map(s.words, reply.get("quoted", ())))
    assert (found or "nothing") == text, f"found: {found}"
    opened = await s.ask(who, None, type="open", room=s.rooms[room], limit=int(count))
    assert opened.get("quoted", []) == reply.get("quoted", []), f"opened: {opened}"


@step(r"WHO sees earlier words of ROOM N: TEXT REFUSED")
async def sees_earlier(
    s: Scenario, who: str, room: str, n: str, text: str, refused: str | None
) -> None:
    reply = await about(s, who, "revisions", room, n, refused)
    if not refused:
        found = " | ".join(revision["text"] for revision in reply["revisions"])
        assert (found or "nothing") == text, f"found: {found}"


@step(r"WHO sees who has ROOM N: TEXT REFUSED")
async def sees_who_has(
    s: Scenario, who: str, room: str, n: str, text: str, refused: str | None
) -> None:
    """As in "1 of 3 read, 2 got it: bob read, carol delivered"."""
    reply = await about(s, who, "read_by", room, n, refused)
    if not refused:
        people = ", ".join(f"{one['name']} {one['state']}" for one in reply["people"])
        people = people or "nobody"
        found = f"{reply['read']} of {reply['of']} read, {reply['delivered']} got it: {people}"
        assert found == text, f"found: {found}"


@step(r"WHO (?P<got>gets) ROOM N")
async def gets(s: Scenario, who: str, got: str, room: str, n: str) -> None:
    id_ = s.rooms[room]
    await s.ask(who, None, type="mark", room=id_, delivered=s.seqs[id_, int(n)])


@step(r"WHO sees that ROOM N mentions TEXT")
async def sees_mentions(s: Scenario, who: str, room: str, n: str, text: str) -> None:
    (message,) = await look_up(s, who, room, n)
    names = {**await names_of(s, who), "*": "everyone"}
    found = ", ".join(sorted(names[user] for user in message.get("mentions", ()))) or "nobody"
    assert (found or "nothing") == text, f"found: {found}"


@step(r"WHO has (?P<count>\d+) mentions in ROOM")
async def has_mentions(s: Scenario, who: str, count: str, room: str) -> None:
    reply = await s.ask(who, None, type="room", room=s.rooms[room])
    found = reply["room"].get("mentions", 0)
    assert found == int(count), f"mentions: {found}"


@step(r"WHO is told of a mention in ROOM N")
async def is_told_of_mention(s: Scenario, who: str, room: str, n: str) -> None:
    wanted = ("mentioned", s.rooms[room], int(n))
    person = s.named(who)

    def told() -> bool:
        s.take(who)
        return any(
            (frame["type"], frame.get("room"), frame.get("number")) == wanted
            for frame in person.signals
        )

    assert person.link is not None
    await person.link.wait(told)


@step(r"WHO was told of no mention")
async def told_of_no_mention(s: Scenario, who: str) -> None:
    await s.world.settle()
    s.take(who)
    told = [frame for frame in s.named(who).signals if frame["type"] == "mentioned"]
    assert told == [], f"told: {told}"


async def about(
    s: Scenario, who: str, kind: str, room: str, n: str, refused: str | None, **more: object
) -> Frame:
    """A command about one message, with a key where it takes one."""
    id_ = s.rooms[room]
    seq = s.seqs.get((id_, int(n)), 9999)
    if kind not in ("revisions", "read_by"):
        more["key"] = s.key()
    return await s.ask(who, refused, type=kind, room=id_, seq=seq, **more)


async def look_up(s: Scenario, who: str, room: str, *numbers: str) -> list[Frame]:
    id_ = s.rooms[room]
    seqs = [s.seqs.get((id_, int(n)), 9999) for n in numbers]
    reply = await s.ask(who, None, type="messages", room=id_, seqs=seqs)
    messages: list[Frame] = reply["messages"]
    return messages


async def names_of(s: Scenario, who: str) -> dict[str, str]:
    """Everybody's name in the scenario by id."""
    names = {}
    for name in {person.name for person in s.people.values()}:
        reply = await s.ask(who, None, type="person", user=f"@{name}")
        names[reply["person"]["user"]] = name
    return names
