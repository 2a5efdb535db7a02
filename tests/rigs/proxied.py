"""Somebody who comes to chatd through a proxy, and what is found on the way."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.admin.doctor.front import HOST, Papers
from tests.ui.test_two_people import PASSWORD

if TYPE_CHECKING:
    from tests.rigs.proxies import Front

NAME = "anna"
#: The largest file, in bytes, as the settings have it.
LARGEST = 16 * 2**20


class Failed(AssertionError):
    """What was tried did not go as it should."""


def say(what: str, seen: object = "") -> None:
    print(f"ok  {what}{f': {seen}' if seen != '' else ''}", flush=True)


def must(true: bool, what: str, seen: object = "") -> None:
    if not true:
        raise Failed(f"{what}, but: {seen}")
    say(what)


class Browser(http.client.HTTPSConnection):
    """Goes to one address, whatever the name says, and may come from a chosen one."""

    def __init__(self, front: Front, papers: Papers, address: str, source: str = "") -> None:
        trust = ssl.create_default_context(cafile=str(papers.ca))
        super().__init__(HOST, front.port, timeout=20, context=trust)
        self._trust = trust
        self._address = address
        self._source = source
        self.origin, self.path = front.origin, front.path
        self.cookie = "__Secure-chatd" if front.path else "__Host-chatd"

    def connect(self) -> None:
        source = (self._source, 0) if self._source else None
        raw = socket.create_connection((self._address, self.port), 20, source)
        self.sock = self._trust.wrap_socket(raw, server_hostname=HOST)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] = {}, body: Any = None
    ) -> http.client.HTTPResponse:
        given = {"Origin": self.origin, **headers}
        text = None if body is None else json.dumps(body)
        if text is not None:
            given["Content-Type"] = "application/json"
        self.request(method, self.path + path, text, given)
        return self.getresponse()

    def sign_in(self) -> str:
        """The cookie."""
        answer = self.ask("POST", "/api/session", body={"name": NAME, "password": PASSWORD})
        content = answer.read()
        must(answer.status == 200, "signing in with a password", (answer.status, content[:300]))
        cookies = answer.headers.get_all("Set-Cookie") or []
        cookie = next((each for each in cookies if each.startswith(f"{self.cookie}=")), "none")
        must(f"; Path={self.path}/;" in cookie, "the cookie is for chatd alone", cookie[-80:])
        return cookie.partition(";")[0]

    def bring(self, cookie: str) -> None:
        """A file as large as may be, there and back."""
        state = json.loads(self.ask("GET", "/api/session", {"Cookie": cookie}).read())
        headers = {
            "Origin": self.origin,
            "Cookie": cookie,
            "X-CSRF-Token": state["csrf"],
            "Content-Disposition": "attachment; filename*=UTF-8''a.bin",
        }
        body = os.urandom(LARGEST)
        self.request("POST", f"{self.path}/api/files", body, headers)
        answer = self.getresponse()
        told = answer.read()
        must(answer.status == 201, "a file of 16 MiB comes", (answer.status, told[:300]))
        read = self.ask("GET", f"/files/{json.loads(told)['file']}", {"Cookie": cookie}).read()
        must(read == body, "and is read", len(read))

    def web_socket(self, cookie: str) -> bytes:
        """The first frame that comes."""
        answer = self.ask(
            "GET",
            "/ws",
            {
                "Cookie": cookie,
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol": "chatd.v1",
            },
        )
        must(answer.status == 101, "a WebSocket opens with that cookie", answer.status)
        assert answer.fp is not None
        return answer.fp.read1(65_536)  # type: ignore[attr-defined, no-any-return]
