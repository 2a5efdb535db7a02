"""People in one room of a server that is restarted under them: who was refused, who came back when,
was anything lost?

    python -m tests.rigs.restart_crowd CA TOKENS --people 500 --seconds 40

Prints "talking" once all are there, and at the end one line of JSON: `back` seconds after each
restart, `refused` attempts to connect that were refused or reset, `missing` and `doubled` messages.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.task import deferLater, react

from chatd.client.client import Client, new_key
from chatd.client.connection import trust_root

URL = "wss://localhost:8443/ws"
#: Seconds between two messages of all together; each is heard by everybody in this one process.
PAUSE = 0.25


class Member:
    """One connection, and what it has heard in the room."""

    def __init__(self, crowd: "Crowd", token: str) -> None:
        self.heard: Counter[str] = Counter()
        self._crowd = crowd
        self._token = token
        self.away_since: float | None = None
        self.client = Client(
            crowd.reactor,
            URL,
            self._headers,
            trust=crowd.trust,
            on_event=self._event,
            on_state=self._state,
        )

    async def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _event(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "message":
            self.heard[frame["text"]] += 1

    def _state(self, state: str) -> None:
        if state == "waiting" and isinstance(self.client.error, Refused):
            self._crowd.refused += 1
        if state == "live":
            if self.away_since is not None:
                self._crowd.back.append(time.monotonic() - self.away_since)
            self.away_since = None
        elif self.away_since is None:
            self.away_since = time.monotonic()


class Crowd:
    def __init__(self, reactor: Any, authority: Path, tokens: list[str]) -> None:
        self.reactor = reactor
        self.trust = trust_root(authority)
        self.tokens = tokens
        self.back: list[float] = []
        self.refused = 0

    async def talk(self, people: int, seconds: float) -> dict[str, Any]:
        members = [Member(self, self.tokens[n % len(self.tokens)]) for n in range(people)]
        for member in members:
            member.client.start()
            await member.client.live()
        first = members[0].client
        room = (await first.ask("create_room", key=new_key(), name="Tea"))["room"]
        for number, member in enumerate(members):
            if 0 < number < len(self.tokens):
                await member.client.ask("join", key=new_key(), room=room)
            await member.client.open(room)
        self.back.clear()
        print("talking", flush=True)
        answers: list[Deferred[Any]] = []
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            sender = members[number % people].client
            answers.append(sender.send(room, f"text {number}"))
            number += 1
            await deferLater(self.reactor, PAUSE)
        for answer in answers:
            await answer
        await deferLater(self.reactor, 2)
        told = {f"text {n}" for n in range(number)}
        result = {
            "sent": number,
            "back": [round(each, 2) for each in sorted(self.back)],
            "refused": self.refused,
            "missing": sum(len(told - member.heard.keys()) for member in members),
            "doubled": sum(n - 1 for member in members for n in member.heard.values()),
        }
        for member in members:
            await member.client.stop()
        return result


async def talk(reactor: Any, *arguments: str) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("authority", type=Path)
    parser.add_argument("tokens", type=Path)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=40)
    options = parser.parse_args(arguments)
    crowd = Crowd(reactor, options.authority, options.tokens.read_text().split())
    print(json.dumps(await crowd.talk(options.people, options.seconds)), flush=True)


def main() -> None:
    react(lambda reactor: Deferred.fromCoroutine(talk(reactor, *sys.argv[1:])))


if __name__ == "__main__":
    main()
