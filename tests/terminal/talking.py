"""Others in a room, quicker than through a shell: the client library in this process."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater

from chatd.terminal.link import Link
from tests.terminal.people import Person


class Voice:
    """One person's link, for the length of a `with`-block of coroutines."""

    def __init__(self, person: Person) -> None:
        self.link = Link(reactor, person.profile)

    async def __aenter__(self) -> Voice:
        await self.link.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.link.close()
        await deferLater(reactor, 0)  # what was cancelled is gone after this turn

    async def room(self, name: str, kind: str = "public", **more: Any) -> str:
        slug = {"slug": name.lower()} if kind == "public" else {}
        made = await self.link.write("create_room", name=name, kind=kind, **slug, **more)
        return str(made["room"])

    async def say(self, room: str, text: str, **more: Any) -> int:
        return int((await self.link.write("send", room=room, text=text, **more))["seq"])
