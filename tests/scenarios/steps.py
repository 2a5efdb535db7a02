"""The steps of the scenario language."""

from collections import deque

from tests.scenarios.language import Person, Scenario, step


@step(r"people: (?P<names>[a-z, ]+)")
async def people(s: Scenario, names: str) -> None:
    for name in names.split(","):
        s.people[name.strip()] = Person(name.strip())
        await s.world.person(name.strip())


@step(r"WHO connects(?: on node (?P<node>\d))?")
async def connects(s: Scenario, who: str, node: str | None) -> None:
    person = s.named(who)
    person.node = int(node or 1)
    person.link = await s.world.connect(person.name, person.node)
    person.heard, person.last, person.open = {}, {}, []


@step(r"WHO drops")
async def drops(s: Scenario, who: str) -> None:
    await s.world.settle()
    s.take(who)
    person = s.named(who)
    assert person.link is not None
    await person.link.drop()
    person.link = None


@step(r"WHO returns(?: on node (?P<node>\d))?")
async def returns(s: Scenario, who: str, node: str | None) -> None:
    await s.come_back(who, None if node is None else int(node))


@step(r"WHO makes (?:(?P<kind>private|public) )?room ROOM")
async def makes(s: Scenario, who: str, room: str, kind: str | None) -> None:
    reply = await s.ask(
        who,
        None,
        type="create_room",
        key=s.key(),
        name=room,
        kind=kind or "public",
        **({} if kind == "private" else {"slug": room}),
    )
    s.rooms[room] = reply["room"]


@step(r"WHO (?P<verb>joins|leaves) ROOM(?: -> refused (?P<refused>[a-z-]+))?")
async def joins(s: Scenario, who: str, verb: str, room: str, refused: str | None) -> None:
    kind = {"joins": "join", "leaves": "leave"}[verb]
    await s.ask(who, refused, type=kind, key=s.key(), room=s.rooms.get(room, room))
    if verb == "leaves" and not refused and s.rooms[room] in s.named(who).open:
        s.named(who).open.remove(s.rooms[room])


@step(r"WHO opens ROOM REFUSED")
async def opens(s: Scenario, who: str, room: str, refused: str | None) -> None:
    reply = await s.ask(who, refused, type="open", room=s.rooms.get(room, room))
    if refused:
        return
    person = s.named(who)
    person.open.append(reply["room"]["room"])
    person.last[reply["room"]["room"]] = reply["room"]["seq"]
    person.cursor = reply["cursor"]
    for message in reply["messages"]:
        s.words(message)


@step(r"WHO closes ROOM")
async def closes(s: Scenario, who: str, room: str) -> None:
    await s.ask(who, None, type="close", room=s.rooms[room])
    person = s.named(who)
    person.open.remove(s.rooms[room])
    person.last.pop(s.rooms[room], None)


@step(r"WHO says ROOM(?: with key (?P<key>\w+))?: TEXT REFUSED")
async def says(
    s: Scenario, who: str, room: str, key: str | None, text: str, refused: str | None
) -> None:
    frame = {"type": "send", "key": key or s.key(), "room": s.rooms.get(room, room), "text": text}
    reply = await s.ask(who, refused, **frame)
    if refused:
        return
    s.seqs[reply["room"], reply["number"]] = reply["seq"]
    if key:
        s.keys.setdefault(key, (who, frame, reply))


@step(r"WHO repeats (?P<key>\w+)")
async def repeats(s: Scenario, who: str, key: str) -> None:
    _, frame, first = s.keys[key]
    again = await s.ask(who, None, **frame)
    assert {k: v for k, v in again.items() if k != "id"} == {
        k: v for k, v in first.items() if k != "id"
    }, f"{again} is not {first}"


@step(r"WHO hears ROOM: TEXT")
async def hears(s: Scenario, who: str, room: str, text: str) -> None:
    heard = await s.hear(who, room)
    assert heard == text, f"heard: {heard}"


@step(r"WHO hears nothing")
async def hears_nothing(s: Scenario, who: str) -> None:
    await s.world.settle()
    s.take(who)
    left = [text for heard in s.named(who).heard.values() for text in heard]
    assert not left, f"heard: {left}"


@step(r"WHO edits ROOM N: TEXT REFUSED")
async def edits(s: Scenario, who: str, room: str, n: str, text: str, refused: str | None) -> None:
    room = s.rooms[room]
    seq = s.seqs[room, int(n)]
    await s.ask(who, refused, type="edit", key=s.key(), room=room, seq=seq, text=text)


@step(r"WHO deletes ROOM N REFUSED")
async def deletes(s: Scenario, who: str, room: str, n: str, refused: str | None) -> None:
    room = s.rooms[room]
    await s.ask(who, refused, type="delete", key=s.key(), room=room, seq=s.seqs[room, int(n)])


@step(r"WHO finds nothing in ROOM")
async def finds_nothing(s: Scenario, who: str, room: str) -> None:
    await finds(s, who, room, "")


@step(r"WHO finds in ROOM: TEXT")
async def finds(s: Scenario, who: str, room: str, text: str) -> None:
    """History, messages separated by |."""
    reply = await s.ask(who, None, type="history", room=s.rooms[room])
    found = " | ".join(s.words(message) for message in reply["messages"])
    assert found == text, f"found: {found}"


@step(r"WHO cannot see ROOM")
async def cannot_see(s: Scenario, who: str, room: str) -> None:
    """Hidden answers exactly like missing."""
    missing = "rzzzzzzzzzzz"
    for frame in ({"type": "open"}, {"type": "history"}, {"type": "room"}, {"type": "members"}):
        hidden = await s.ask(who, "not-found", **frame, room=s.rooms[room])
        nothing = await s.ask(who, "not-found", **frame, room=missing)
        assert {**hidden, "id": 0} == {**nothing, "id": 0}, f"{hidden} is not {nothing}"


@step(r"WHO has (?P<count>\d+) unread in ROOM")
async def has_unread(s: Scenario, who: str, count: str, room: str) -> None:
    states, after = [], None
    while True:
        reply = await s.ask(who, None, type="rooms", after=after)
        states += reply["rooms"]
        if not reply.get("more"):
            break
        after = states[-1]["room"]
    (state,) = [state for state in states if state["room"] == s.rooms[room]]
    assert state.get("unread", 0) == int(count), f"unread: {state.get('unread', 0)}"


@step(r"WHO reads ROOM N")
async def reads(s: Scenario, who: str, room: str, n: str) -> None:
    room = s.rooms[room]
    await s.ask(who, None, type="mark", room=room, read=s.seqs[room, int(n)])


@step(r"WHO sees that OTHER read ROOM N")
async def sees_read(s: Scenario, who: str, other: str, room: str, n: str) -> None:
    person = s.named(who)
    wanted = (s.rooms[room], s.seqs[s.rooms[room], int(n)])
    id_ = await _user_id(s, who, other)

    def seen() -> bool:
        s.take(who)
        return any(
            frame["type"] == "marks"
            and frame["room"] == wanted[0]
            and any(m["user"] == id_ and m.get("read") == wanted[1] for m in frame["marks"])
            for frame in person.signals
        )

    assert person.link is not None
    await person.link.wait(seen)


@step(r"WHO types in ROOM REFUSED")
async def types(s: Scenario, who: str, room: str, refused: str | None) -> None:
    await s.ask(who, refused, type="typing", room=s.rooms[room])


@step(r"WHO sees (?P<names>[a-z, ]+) typing in ROOM")
async def sees_typing(s: Scenario, who: str, names: str, room: str) -> None:
    person = s.named(who)
    wanted = [] if names == "nobody" else sorted(name.strip() for name in names.split(","))

    def seen() -> bool:
        s.take(who)
        last: deque[list[str]] = deque(maxlen=1)
        for frame in person.signals:
            if frame["type"] == "typing" and frame["room"] == s.rooms[room]:
                last.append(sorted(user["name"] for user in frame.get("users", [])))
        return bool(last) and last[0] == wanted

    assert person.link is not None
    await person.link.wait(seen)


@step(r"WHO sees OTHER (?P<state>online|away|offline)")
async def sees_presence(s: Scenario, who: str, other: str, state: str) -> None:
    person = s.named(who)
    id_ = await _user_id(s, who, other)

    def seen() -> bool:
        s.take(who)
        states = [
            frame["state"]
            for frame in person.signals
            if frame["type"] == "presence" and frame["user"] == id_
        ]
        return bool(states) and states[-1] == state

    assert person.link is not None
    await person.link.wait(seen)


@step(r"WHO is told of (?P<what>activity|room_added|room_removed) in ROOM")
async def is_told(s: Scenario, who: str, what: str, room: str) -> None:
    person = s.named(who)

    def told() -> bool:
        s.take(who)
        return any(f["type"] == what and f["room"] == s.rooms[room] for f in person.signals)

    assert person.link is not None
    await person.link.wait(told)


@step(r"WHO adds OTHER to ROOM REFUSED")
async def adds(s: Scenario, who: str, other: str, room: str, refused: str | None) -> None:
    await s.ask(who, refused, type="add_member", key=s.key(), room=s.rooms[room], user=f"@{other}")


@step(r"WHO (?P<verb>kicks|bans|unbans) OTHER from ROOM REFUSED")
async def kicks(
    s: Scenario, who: str, verb: str, other: str, room: str, refused: str | None
) -> None:
    await s.ask(who, refused, type=verb[:-1], key=s.key(), room=s.rooms[room], user=f"@{other}")


@step(r"WHO makes OTHER (?P<role>reader|member|moderator|owner) in ROOM REFUSED")
async def makes_role(
    s: Scenario, who: str, other: str, role: str, room: str, refused: str | None
) -> None:
    await s.ask(
        who,
        refused,
        type="set_role",
        key=s.key(),
        room=s.rooms[room],
        user=f"@{other}",
        role=role,
    )


@step(r"WHO talks to OTHER as ROOM REFUSED")
async def talks_to(s: Scenario, who: str, other: str, room: str, refused: str | None) -> None:
    """The direct conversation of the two, called ROOM in this scenario; the same for both."""
    reply = await s.ask(who, refused, type="direct", key=s.key(), user=f"@{other}")
    if not refused:
        known = s.rooms.setdefault(room, reply["room"])
        assert known == reply["room"], "another room for the same pair"


@step(r"WHO (?P<verb>blocks|unblocks) OTHER")
async def blocks(s: Scenario, who: str, verb: str, other: str) -> None:
    await s.ask(who, None, type=verb[:-1], key=s.key(), user=f"@{other}")


@step(r"(?P<seconds>\d+) seconds pass")
async def seconds_pass(s: Scenario, seconds: str) -> None:
    await s.world.passes(float(seconds))


@step(r"the broker (?P<what>.+)")
async def broker(s: Scenario, what: str) -> None:
    await s.world.fault(what)


async def _user_id(s: Scenario, who: str, other: str) -> str:
    reply = await s.ask(who, None, type="person", user=f"@{other}")
    user: str = reply["person"]["user"]
    return user
