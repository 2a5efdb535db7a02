"""A person without a page: signs in over HTTP and speaks frames, so that a test can begin where
much was said already. The weather of the relay does not reach them."""

from __future__ import annotations

import json
import secrets
import ssl
import time
import urllib.request
from collections.abc import Sequence
from typing import Any

from websockets.exceptions import ConnectionClosed

from chatd.edge.cookies import SESSION, Cookies
from tests.one_thread import OneThread
from tests.ui.daemon import Daemon

#: Commands that may be under way at a time: fewer than a connection may have.
AHEAD = 16


class Line:
    """``Line(daemon, "/api/session", {"name": …, "password": …})``, or another way to sign in."""

    def __init__(self, daemon: Daemon, way: str, body: dict[str, Any]) -> None:
        self._daemon = daemon
        self._trust = ssl.create_default_context(cafile=daemon.certificate.with_name("ca.pem"))
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self._next = 0
        self.post(way, body)
        session = self._call("GET", "/api/session", None)
        self._csrf, self.user = session["csrf"], session["user"]
        self._socket = self._open()

    def _open(self) -> OneThread:
        return OneThread(
            self._daemon.inside.replace("https", "wss") + "/ws",
            self._trust,
            {"Cookie": self._sent(), "Origin": self._daemon.url},
        )

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/json",
            "Origin": self._daemon.url,
            "Cookie": self._sent(),
            "X-CSRF-Token": self._csrf,
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._daemon.inside + path, data, headers, method=method)
        with urllib.request.urlopen(request, context=self._trust, timeout=10) as answer:
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            found: dict[str, Any] = json.load(answer)
            return found

    @property
    def cookie(self) -> tuple[str, str]:
        """Of its session: name and value."""
        name = Cookies().name(SESSION)
        return name, self._cookies[name]

    def _sent(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """The reply to a command, which is asked again where the server wants patience."""
        while True:
            try:
                answer = self._answer(type_, fields)
            except (ConnectionClosed, OSError):
                # Nobody answered its pings meanwhile.
                self._socket.close()
                self._socket = self._open()
                answer = self._answer(type_, fields)
            if answer["type"] != "error":
                return answer
            assert answer.get("retry"), answer
            time.sleep(answer.get("retry_after", 0.1))

    def _answer(self, type_: str, fields: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        self._socket.send(json.dumps({"type": type_, "id": self._next, **fields}))
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv())
            if answer.get("id") == self._next:
                return answer

    def do(self, type_: str, **fields: Any) -> dict[str, Any]:
        """The same for a command that changes something."""
        return self.ask(type_, key=secrets.token_hex(8), **fields)

    def say(self, room: str, text: str, **more: Any) -> int:
        """The seq of what was said."""
        seq: int = self.do("send", room=room, text=text, **more)["seq"]
        return seq

    def talk(self, room: str, texts: Sequence[str]) -> None:
        """Says them all in this order, some ahead of the answers to those before."""
        # The first finds out whether the connection is still there.
        self.say(room, texts[0])
        answers: set[int] = set()
        for text in texts[1:]:
            self._next += 1
            answers.add(self._next)
            key = secrets.token_hex(8)
            frame = {"type": "send", "id": self._next, "key": key, "room": room, "text": text}
            self._socket.send(json.dumps(frame))
            self._until(answers, AHEAD)
        self._until(answers, 0)

    def _until(self, answers: set[int], most: int) -> None:
        while len(answers) > most:
            answer = json.loads(self._socket.recv())
            if answer.get("id") in answers:
                assert answer["type"] != "error", answer
                answers.remove(answer["id"])

    def close(self) -> None:
        self._socket.close()
