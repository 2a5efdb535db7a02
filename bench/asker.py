"""One client that asks and waits for each answer: for what a single person waits."""

import contextlib
import json
import ssl
import time
from collections.abc import Iterator
from typing import Any

from bench.measure import Missing
from tests.one_thread import OneThread

Answer = dict[str, Any]


class Asker:
    def __init__(self, connection: OneThread) -> None:
        self._connection = connection
        self._next = 1

    def took_ms(self, command: Answer) -> float:
        """How long the answer took. One that came too soon for a rate is asked again, and only the
        last try counts."""
        while True:
            began = time.perf_counter()
            answer = self._ask(command)
            took = (time.perf_counter() - began) * 1000
            if answer["type"] != "error":
                return took
            if not answer.get("retry"):
                raise Missing(f"{command}: {answer}")
            time.sleep(answer.get("retry_after", 0.1))

    def _ask(self, command: Answer) -> Answer:
        number = self._next
        self._next += 1
        self._connection.send(json.dumps({**command, "id": number}))
        while True:
            answer: Answer = json.loads(self._connection.recv(30))
            if answer.get("id") == number:
                return answer


@contextlib.contextmanager
def asker(port: int, token: str) -> Iterator[Asker]:
    trust = ssl._create_unverified_context()
    headers = {"Authorization": f"Bearer {token}"}
    with OneThread(f"wss://localhost:{port}/ws", trust, headers) as connection:
        someone = Asker(connection)
        someone.took_ms({"type": "resume", "rooms": []})
        yield someone
