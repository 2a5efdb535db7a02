"""Two well-behaved people who chat while others misbehave, in a process of their own.

Run as a program it takes a JSON object on standard input and says what became of every message.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
#: Between two messages, in seconds: within what one connection may say by default.
PACE = 0.25
#: How long messages may take to arrive once the two have stopped.
PATIENCE = 20.0


@dataclass(frozen=True)
class Heard:
    """``sent``: how many were said, ``heard``: their numbers as they came, ``worst``: the longest
    way from one to the other in seconds, ``connections``: how many the hearer made."""

    sent: int
    acknowledged: int
    heard: list[int]
    worst: float
    connections: int

    @property
    def complete(self) -> bool:
        """Everything arrived once and in order."""
        return self.acknowledged == self.sent and self.heard == list(range(self.sent))


class Pair:
    """Chats from construction until `end`."""

    def __init__(self, port: int, ca: Path, tokens: tuple[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.pair"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([port, str(ca), *tokens]) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "chatting\n"

    def end(self) -> Heard:
        output, _ = self._process.communicate(timeout=PATIENCE + 10)
        return Heard(**json.loads(output))

    def kill(self) -> None:
        """Harmless after `end`."""
        self._process.kill()
        self._process.communicate()


async def chat(reactor: Any, port: int, ca: str, speaker: str, hearer: str) -> None:
    from twisted.internet.task import deferLater

    from chatd.client.client import Client
    from chatd.client.connection import trust_root

    began: dict[int, float] = {}
    took: list[float] = []
    heard: list[int] = []
    acknowledged: list[object] = []

    def on_event(event: dict[str, Any]) -> None:
        if event["type"] == "message":
            number = int(event["text"])
            heard.append(number)
            took.append(time.monotonic() - began[number])

    def client(token: str, **more: Any) -> Client:
        async def headers() -> dict[str, str]:
            return {"Authorization": f"Bearer {token}"}

        made = Client(
            reactor,
            f"wss://localhost:{port}/ws",
            headers,
            trust=trust_root(ca),
            address=("127.0.0.1", port),
            **more,
        )
        made.start()
        return made

    one, other = client(speaker), client(hearer, on_event=on_event)
    await one.live()
    await other.live()
    room = (await one.ask("create_room", key="room", name="Calm"))["room"]
    await other.ask("join", key="join", room=room)
    await other.open(room)
    print("chatting", flush=True)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    number = 0
    while not ended.is_set():
        began[number] = time.monotonic()
        one.send(room, str(number)).addCallbacks(acknowledged.append, lambda failure: None)
        number += 1
        await deferLater(reactor, PACE)
    limit = time.monotonic() + PATIENCE
    while (len(heard) < number or len(acknowledged) < number) and time.monotonic() < limit:
        await deferLater(reactor, 0.05)
    print(
        json.dumps(
            {
                "sent": number,
                "acknowledged": len(acknowledged),
                "heard": heard,
                "worst": max(took, default=0.0),
                "connections": other.connections,
            }
        )
    )
    await one.stop()
    await other.stop()


def main() -> None:
    from twisted.internet.defer import Deferred
    from twisted.internet.task import react

    port, ca, speaker, hearer = json.loads(sys.stdin.readline())
    react(lambda reactor: Deferred.fromCoroutine(chat(reactor, port, ca, speaker, hearer)))


if __name__ == "__main__":
    main()
