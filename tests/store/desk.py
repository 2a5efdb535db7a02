"""A store without threads for most tests: the real schema in memory, units run one by one."""

from pathlib import Path

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser
from chatd.engine.rows import Committed, RoleName, RoomKind
from chatd.engine.unit import Append, Change, CreateRoom, ReplaceBody, Requirement, SetMember, Unit
from chatd.store import timeline
from chatd.store.apply import apply, with_current_bodies
from chatd.store.migrate import migrate, steps
from chatd.store.sqlite import Sqlite
from chatd.store.work import Work

NOW = 1_700_000_000_000


class Desk:
    """Says in short what tests do over and over. Every unit is a transaction of its own."""

    def __init__(self) -> None:
        self.database = Sqlite(Path(":memory:"), writing=True)
        migrate(
            self.database, Path("memory.db"), todo=steps(), new_epoch=lambda: "epoch000", now=NOW
        )
        self.work = Work(self.database, timeline.position(self.database))

    def unit(self, unit: Unit) -> Committed:
        self.database.run("begin immediate", {})
        self.work.replaced.clear()
        try:
            return with_current_bodies(self.work, apply(self.work, unit))
        finally:
            self.database.run("commit", {})

    def do(self, *changes: Change, requires: tuple[Requirement, ...] = ()) -> Committed:
        return self.unit(Unit("nobody", requires=requires, changes=changes))

    def require(self, *requires: Requirement) -> None:
        self.do(requires=requires)

    def refusal(self, *requires: Requirement, changes: tuple[Change, ...] = ()) -> Refusal:
        with pytest.raises(Refusal) as caught:
            self.do(*changes, requires=requires)
        return caught.value

    def code(self, *requires: Requirement, changes: tuple[Change, ...] = ()) -> Code:
        return self.refusal(*requires, changes=changes).code

    def user(self, *names: str) -> None:
        """Accounts whose id is the name."""
        for name in names:
            self.do(CreateUser(name, name, name, name.title(), None, False, NOW))

    def room(
        self,
        room: str,
        *,
        kind: RoomKind = "public",
        shared: bool = False,
        creator: str = "alice",
        slug: str | None = None,
        pair: tuple[str, str] | None = None,
    ) -> Committed:
        return self.do(
            CreateRoom(room, kind, room.title(), slug, "", creator, NOW, shared, pair),
            Append(room, "room", creator, NOW, b"{}"),
        )

    def member(self, room: str, user: str, role: RoleName | None = "member") -> Committed:
        return self.do(
            Append(room, "membership", user, NOW, b"{}", subject=user), SetMember(room, user, role)
        )

    def say(self, room: str, user: str, text: str = "hello", at: int = NOW) -> int:
        body = f'{{"text":"{text}"}}'.encode()
        answer = self.do(Append(room, "message", user, at, body, numbered=True)).answer
        assert answer.seq is not None
        return answer.seq

    def erase(self, room: str, user: str, seq: int) -> Committed:
        return self.do(
            ReplaceBody(room, seq, b'{"deleted":1}', deleted=True),
            Append(room, "deleted", user, NOW, b"", target=seq),
        )
