"""A plain HTTP client for the API of a real daemon, and one daemon for the tests of a file."""

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.daemon import Daemon

SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The word of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        return str(self.json["code"])


class Client:
    """Asks as the holder of ``token``."""

    def __init__(self, daemon: Daemon, token: str | None) -> None:
        self._port = daemon.port
        self._trust = ssl.create_default_context(cafile=str(daemon.ca))
        self._token = token

    def ask(self, method: str, path: str, body: Any = None, /, **headers: str) -> Answer:
        """``path`` is below /api/v1 unless it begins with /api or /files. ``body`` is sent as JSON,
        bytes as they are; ``headers`` with _ for -."""
        address = path if path.startswith(("/api/", "/files/")) else f"/api/v1{path}"
        connection = http.client.HTTPSConnection(
            "localhost", self._port, timeout=SECONDS, context=self._trust
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._token is not None:
            sent.setdefault("Authorization", f"Bearer {self._token}")
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, address, raw, sent)
            answer = connection.getresponse()
            # Of several of one name the first: the session's cookie stands before the device's.
            named = {name.lower(): value for name, value in reversed(answer.getheaders())}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """What a GET answers that has to succeed."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path: str, body: Any = None, /, **headers: str) -> Any:
        answer = self.ask("POST", path, body, **headers)
        assert answer.status in (200, 201, 204), answer
        return answer.json if answer.body else None
