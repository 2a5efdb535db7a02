"""The people of a soak: some talk all the time, others come and go; how long a message takes.

    python -m tests.rigs.soak_people URL CA TOKENS SECONDS PEER

Prints "talking" once they are there, then a line of JSON every few seconds: the median and the
99th percentile of the milliseconds from saying something until the last of the room has read it,
the latter also for what goes by the bare relay on the port PEER, and how many were lost or refused.
The server's own time and this process's are both in it.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater, react

from chatd.client.client import Client, new_key
from chatd.client.connection import trust_root
from tests.rigs.soak_peer import Peer

PEOPLE = 40
#: Seconds between two messages of all together; between two lines; between two who come and go.
PAUSE, LINE, VISIT = 0.1, 5.0, 1.0


class People:
    def __init__(self, reactor: Any, url: str, authority: Path, tokens: list[str]) -> None:
        self.reactor, self.url, self.tokens = reactor, url, tokens
        self.trust = trust_root(authority)
        self.waiting: Counter[str] = Counter()
        self.said: dict[str, float] = {}
        self.took: list[float] = []
        self.refused = 0
        self.peer = Peer()

    def client(self, number: int) -> Client:
        token = self.tokens[number % len(self.tokens)]

        async def headers() -> dict[str, str]:
            return {"Authorization": f"Bearer {token}"}

        made = Client(self.reactor, self.url, headers, trust=self.trust, on_event=self.heard)
        made.start()
        return made

    def heard(self, frame: dict[str, Any]) -> None:
        text = frame.get("text")
        if text not in self.said:
            return
        self.waiting[text] -= 1
        if not self.waiting[text]:
            self.took.append(1000 * (time.monotonic() - self.said.pop(text)))
            del self.waiting[text]

    async def talk(self, seconds: float, peer: int) -> None:
        await self.peer.connect(peer, PEOPLE)
        members = [self.client(number) for number in range(PEOPLE)]
        for member in members:
            await member.live()
        room = (await members[0].ask("create_room", key=new_key(), name="Soak", slug="soak"))[
            "room"
        ]
        for number, member in enumerate(members):
            if 0 < number < len(self.tokens):
                await member.ask("join", key=new_key(), room=room)
            await member.open(room)
        print("talking", flush=True)
        end = time.monotonic() + seconds
        line = visit = time.monotonic()
        number = 0
        while (now := time.monotonic()) < end:
            text = f"soak {number} {'word ' * (number % 20)}".strip()
            self.said[text], self.waiting[text] = now, len(members)
            said = members[number % PEOPLE].send(room, text)
            said.addErrback(self.no)
            number += 1
            if now >= visit + VISIT:
                visit = now
                Deferred.fromCoroutine(self.visit(number, room)).addErrback(self.no)
            if now >= line + LINE:
                line = now
                self.tell()
            # Each has the machine for itself.
            await deferLater(self.reactor, PAUSE / 2)
            self.peer.say(text)
            await deferLater(self.reactor, PAUSE / 2)
        await deferLater(self.reactor, 3)
        self.tell()
        for member in members:
            await member.stop()

    async def visit(self, number: int, room: str) -> None:
        """Comes, reads what was said last, goes."""
        visitor = self.client(number)
        await visitor.live()
        await visitor.ask("history", room=room, limit=50)
        await visitor.stop()

    def no(self, failure: Any) -> None:
        self.refused += 1

    def tell(self) -> None:
        took, peer = sorted(self.took), sorted(self.peer.took)
        self.took.clear()
        self.peer.took.clear()
        # What was said a moment ago is still on its way.
        old = time.monotonic() - 2
        lost = sum(at < old for at in self.said.values())
        told = {"lost": lost, "refused": self.refused}
        if took and peer:
            told |= {"median": took[len(took) // 2], "p99": took[int(len(took) * 0.99)]}
            told["peer"] = peer[int(len(peer) * 0.99)]
        print(json.dumps(told), flush=True)


async def main(reactor: Any, url: str, authority: str, tokens: str, *more: str) -> None:
    people = People(reactor, url, Path(authority), Path(tokens).read_text("utf-8").split())
    seconds, peer = more
    await people.talk(float(seconds), int(peer))


if __name__ == "__main__":
    react(lambda reactor: Deferred.fromCoroutine(main(reactor, *sys.argv[1:])))
