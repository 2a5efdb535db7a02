"""A person at a real daemon, as a page asks for them: with cookies and the proof beside them."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any

from tests.daemon import Daemon

SECONDS = 20.0


class Signed:
    """Nobody at first. ``cookies`` by name; ``headers`` go along with everything."""

    def __init__(self, daemon: Daemon, **headers: str) -> None:
        self._port = daemon.port
        self._trust = ssl.create_default_context(cafile=str(daemon.ca))
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.headers = {"Origin": daemon.url, **headers}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and answer."""
        status, content = self.raw(method, path, body)
        told = json.loads(content or b"null")
        if isinstance(told, dict):
            self.csrf = told.get("csrf") or self.csrf
        return status, told

    def raw(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        connection = http.client.HTTPSConnection(
            "localhost", self._port, timeout=SECONDS, context=self._trust
        )
        sent = {"Content-Type": "application/json", **self.headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={held}" for name, held in self.cookies.items())
        if self.csrf:
            sent["X-CSRF-Token"] = self.csrf
        content = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            told = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, held = line.partition(";")[0].partition("=")
            self.cookies[name] = held
        return answer.status, told

    def post(self, path: str, **body: Any) -> Any:
        """What is answered where it succeeds."""
        status, told = self.ask("POST", path, body)
        assert status in (200, 201), (path, status, told)
        return told

    def sign_in(self, name: str, password: str) -> Any:
        return self.post("/api/session", name=name, password=password)
