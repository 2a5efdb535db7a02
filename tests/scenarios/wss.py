"""The real daemon over TLS: `twistd chatd` as a child, one WebSocket for each connection."""

import itertools
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet import reactor as the_reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from chatd.client.connection import Connection, connect, trust_root
from tests.api.client import Client
from tests.daemon import Daemon
from tests.scenarios.language import Frame

reactor: Any = the_reactor
#: Far beyond any honest answer, in seconds.
LONGEST = 10.0


class WssLink:
    def __init__(self, world: "WssWorld") -> None:
        self.frames: deque[Frame] = deque()
        self.connection: Connection | None = None
        #: the close code that the server said last
        self.code: int | None = None
        self._world = world
        self._ids = itertools.count(1)
        self._replies: dict[int, Deferred[Frame]] = {}
        self._arrived: Deferred[None] | None = None
        self._lost: Deferred[None] = Deferred()

    # Receiver.

    def frame(self, frame: Frame) -> None:
        if "id" in frame:
            self._replies.pop(frame["id"]).callback(frame)
        else:
            self.frames.append(frame)
            arrived, self._arrived = self._arrived, None
            if arrived is not None:
                arrived.callback(None)

    def lost(self, code: int | None, reason: str) -> None:
        self.code = code
        self._lost.callback(None)

    # Link.

    async def command(self, frame: Frame) -> Frame:
        assert self.connection is not None
        number = next(self._ids)
        answer: Deferred[Frame] = Deferred()
        self._replies[number] = answer
        sent = {key: value for key, value in frame.items() if value is not None}
        self.connection.send({**sent, "id": number})
        answer.addTimeout(LONGEST, reactor)
        return await answer

    async def wait(self, wanted: Callable[[], bool]) -> None:
        while not wanted():
            self._arrived = Deferred()
            self._arrived.addTimeout(LONGEST, reactor)
            await self._arrived

    async def gone(self) -> None:
        await self._lost

    async def ended(self) -> None:
        self._world.links.remove(self)
        self._lost.addTimeout(LONGEST, reactor)
        await self._lost

    async def drop(self) -> None:
        assert self.connection is not None
        self._world.links.remove(self)
        self.connection.abort()
        await self._lost


class WssWorld:
    def __init__(self, daemon: Daemon) -> None:
        self.links: list[WssLink] = []
        self._daemon = daemon
        self._trust = trust_root(daemon.ca)
        self._tokens: dict[str, str] = {}

    async def person(self, name: str) -> None:
        self._daemon.user(name)
        self._tokens[name] = self._daemon.token(name)

    async def bring(self, who: str, name: str) -> str:
        client = Client(self._daemon, self._tokens[who])
        named = f"attachment; filename*=UTF-8''{name}"
        told = client.post("/api/files", name.encode(), Content_Disposition=named)
        return str(told["file"])

    async def reads(self, who: str, file: str) -> bool:
        answer = Client(self._daemon, self._tokens[who]).ask("GET", f"/files/{file}")
        assert answer.status in (200, 404), answer
        return answer.status == 200

    async def connect(self, name: str, node: int) -> WssLink:
        link = WssLink(self)
        link.connection = await connect(
            reactor,
            self._daemon.ws_url,
            {"Authorization": f"Bearer {self._tokens[name]}"},
            link,
            trust=self._trust,
        )
        await link.wait(lambda: bool(link.frames))
        assert link.frames.popleft()["type"] == "welcome"
        self.links.append(link)
        return link

    async def settle(self) -> None:
        # Whoever gets an answer has got all that was on its way before.
        for _ in range(2):
            for link in self.links:
                await link.command({"type": "rooms"})

    async def passes(self, seconds: float) -> None:
        await deferLater(reactor, seconds, lambda: None)

    async def delete(self, name: str, erase: bool) -> None:
        self._daemon.ask("user_delete", name=name, erase=erase)

    async def restart(self) -> None:
        self._daemon.kill()
        for link in self.links:
            await link.gone()
        self.links.clear()
        self._daemon.start()

    async def fault(self, what: str) -> None:
        raise AssertionError("there is no broker here")

    async def stop(self) -> None:
        for link in list(self.links):
            await link.drop()
