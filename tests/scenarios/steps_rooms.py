"""Steps of the scenario language for commands as they stand on the wire.

    alice does change_room {"room": "$tea", "slow": 30} -> refused forbidden
    alice does invite_link {"room": "$den"} as gate
    bob does join_by_link {"secret": "$gate.secret"}
    bob gets room {"room": "$tea"}: {"room": {"slow": 30}}
    bob is told room_set {"room": "$tea", "favourite": true}

"$tea" is the room's id, "$tea#2" the seq of its second message, "$gate.secret" a field of an
earlier reply, "$now+90" so many seconds from now (ms), "@bob" somebody's name as ever. What is
expected stands in what came: fields that are not named do not matter, and null is "not there".
"""

import json
import re
import time
from typing import Any

from tests.scenarios.language import Frame, Scenario, step

_REPLIES = "replies"


@step(r"WHO does (?P<kind>[a-z_]+) (?P<fields>\{.*?\})(?: as (?P<name>[a-z]+))? REFUSED")
async def does(
    s: Scenario, who: str, kind: str, fields: str, name: str | None, refused: str | None
) -> None:
    frame = filled(s, json.loads(fields))
    keyed = {} if "key" in frame or kind in _UNKEYED else {"key": s.key()}
    reply = await s.ask(who, refused, type=kind, **keyed, **frame)
    if name:
        earlier(s)[name] = reply


#: Commands that take no key.
_UNKEYED = frozenset(
    {"set_room", "order", "mark_unread", "mark", "draft", "peek_link", "links", "invited"}
    | {"invited_people", "banned_people", "drafts", "scheduled", "room", "rooms", "public_rooms"}
)


@step(r"WHO does (?P<name>[a-z]+) again with (?P<kind>[a-z_]+) (?P<fields>\{.*\})")
async def does_again(s: Scenario, who: str, name: str, kind: str, fields: str) -> None:
    """The same command with the same key gets the same answer."""
    again = await s.ask(who, None, type=kind, **filled(s, json.loads(fields)))
    first = earlier(s)[name]
    assert {**again, "id": 0} == {**first, "id": 0}, f"{again} is not {first}"


@step(r"WHO gets (?P<kind>[a-z_]+) (?P<fields>\{.*?\}): (?P<wanted>\{.*\})")
async def gets(s: Scenario, who: str, kind: str, fields: str, wanted: str) -> None:
    reply = await s.ask(who, None, type=kind, **filled(s, json.loads(fields)))
    expected = filled(s, json.loads(wanted))
    assert within(expected, reply), f"{reply} has no {expected}"


@step(r"WHO is told (?P<kind>[a-z_]+) (?P<wanted>\{.*\})")
async def told(s: Scenario, who: str, kind: str, wanted: str) -> None:
    """Once: what was told so is not looked at again."""
    person = s.named(who)
    expected = filled(s, json.loads(wanted))
    found: list[Frame] = []

    def there() -> bool:
        s.take(who)
        found[:] = [f for f in person.signals if f["type"] == kind and within(expected, f)]
        return bool(found)

    assert person.link is not None
    try:
        await person.link.wait(there)
    except AssertionError:
        raise AssertionError(f"not told; heard {person.signals}") from None
    person.signals.remove(found[0])


@step(r"WHO is told no (?P<kind>[a-z_]+)")
async def told_nothing(s: Scenario, who: str, kind: str) -> None:
    await s.world.settle()
    s.take(who)
    heard = [frame for frame in s.named(who).signals if frame["type"] == kind]
    assert not heard, f"told {heard}"


@step(r"the same answer to WHO: (?P<one>\w+ \{.*\}) and (?P<other>\w+ \{.*\}) REFUSED")
async def alike(s: Scenario, who: str, one: str, other: str, refused: str | None) -> None:
    """What is not to be told apart is refused in the very same words."""
    answers = []
    for command in (one, other):
        kind, _, fields = command.partition(" ")
        frame = filled(s, json.loads(fields))
        keyed = {} if kind in _UNKEYED else {"key": s.key()}
        answers.append({**await s.ask(who, refused, type=kind, **keyed, **frame), "id": 0})
    assert answers[0] == answers[1], f"{answers[0]} is not {answers[1]}"


def earlier(s: Scenario) -> dict[str, Frame]:
    """Replies that lines of this scenario gave a name."""
    found: dict[str, Frame] = s.__dict__.setdefault(_REPLIES, {})
    return found


def filled(s: Scenario, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: filled(s, each) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(s, each) for each in value]
    if isinstance(value, str) and value.startswith("$"):
        return _meant(s, value[1:])
    return value


def _meant(s: Scenario, word: str) -> Any:
    if ahead := re.fullmatch(r"now\+(\d+)", word):
        return _now(s) + int(ahead[1]) * 1000
    if "#" in word:
        room, _, number = word.partition("#")
        return s.seqs[s.rooms[room], int(number)]
    if "." in word:
        name, _, field = word.partition(".")
        return earlier(s)[name][field]
    return s.rooms[word]


def _now(s: Scenario) -> int:
    clock = getattr(s.world, "clock", None)
    return clock.wall() if clock is not None else time.time_ns() // 1_000_000


def within(wanted: Any, found: Any) -> bool:
    """Whether all that is wanted is there."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            within(value, found.get(name)) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(map(within, wanted, found))
        )
    return bool(wanted == found)
