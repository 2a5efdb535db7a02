"""What units ask of the database while everybody waits for the writer: found by an index, never by
looking through what a room has gathered over the years."""

import re

from chatd.engine.messages import Pin, React
from chatd.engine.unit import Append, Change, Mentions, ReplaceBody
from tests.store.desk import NOW, Desk

#: Tables that grow with what is said.
GROWING = ("events", "mentions", "reactions", "reaction_counts", "revisions", "marks", "ledger")


def plans(desk: Desk, *changes: Change) -> list[str]:
    """How SQLite goes about each statement of these changes."""
    asked: dict[str, dict[str, object]] = {}

    def note(cursor: object, sql: str, values: object) -> bool:
        if re.match(r"\s*(select|insert|update|delete)", sql):
            asked[sql] = dict(values) if isinstance(values, dict) else {}
        return True

    connection = desk.database.connection
    connection.exec_trace = note
    desk.do(*changes)
    connection.exec_trace = None
    return [
        row[3]
        for sql, values in asked.items()
        for row in desk.database.rows(f"explain query plan {sql}", values)
    ]


def slow(found: list[str]) -> list[str]:
    """Looks through a whole table, or through all that one room has of it."""
    tables = "|".join(GROWING)
    return [
        line
        for line in found
        if re.match(rf"SCAN ({tables})\b", line)
        or (re.match(rf"SEARCH ({tables})\b", line) and line.endswith("(room=?)"))
    ]


def test_what_is_done_to_a_message_does_not_look_through_its_room() -> None:
    desk = Desk()
    desk.user("alice", "bob")
    desk.room("tea")
    for user in ("alice", "bob"):
        desk.member("tea", user)
    seq = desk.say("tea", "alice")
    event = Append("tea", "edited", "alice", NOW, b"", target=seq)
    mentions = Mentions(("bob",))
    found = [
        *plans(desk, ReplaceBody("tea", seq, b'{"text":"x"}', mentions=mentions), event),
        *plans(desk, event, React("tea", seq, "bob", "👍", True, NOW, lambda count: b"{}", 20, 20)),
        *plans(desk, event, Pin("tea", seq, "bob", True, NOW, 50)),
        *plans(desk, ReplaceBody("tea", seq, b'{"deleted":1}', deleted=True), event),
        *plans(desk, Append("tea", "message", "alice", NOW, b'{"text":""}', numbered=True)),
    ]
    assert any("mentions" in line for line in found) and any("revisions" in line for line in found)
    assert slow(found) == []
