"""What a chatd talks to, over TLS on loopback and in a thread: an OpenID provider, a receiver of
its webhook, and a push service. It believes everything, and keeps what it was given."""

from __future__ import annotations

import secrets
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chatd.admin import local_ca
from tests.daemon import free_port
from tests.fakes.drive import run
from tests.fakes.provider import FakeProvider


class Provider(FakeProvider):
    """At ``issuer``, with codes and tokens that nobody guesses; ``made`` has those tokens."""

    def __init__(self, issuer: str, home: str, secret: str) -> None:
        super().__init__(secret=secret)
        self.issuer = issuer
        callback = f"{home}/auth/oidc/home/callback"
        self.provider = replace(self.provider, issuer=issuer, callback=callback, client_id="chatd")
        self.made: list[str] = []
        self.now = time.time

    def visit(self, address: str) -> dict[str, str]:
        answer = super().visit(address)
        code = secrets.token_urlsafe(32)
        self._codes[code] = self._codes.pop(answer["code"])
        return {**answer, "code": code}

    def signed(self, claims: Mapping[str, Any]) -> str:
        self.made.append(super().signed(claims))
        return self.made[-1]


class Elsewhere:
    """For a chatd at ``home``; ``posted`` is what came for the webhook and to the push service, by
    path, with the headers in front."""

    def __init__(self, folder: Path, home: str, client_secret: str) -> None:
        issued = local_ca.ensure(folder / "elsewhere-ca", ["localhost"], datetime.now(UTC))
        self.authority = issued.authority
        self.url = f"https://localhost:{free_port()}"
        self.provider = Provider(self.url, home, client_secret)
        self.posted: list[tuple[str, str]] = []
        elsewhere = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                elsewhere.answer(self, b"")

            def do_POST(self) -> None:
                elsewhere.answer(self, self.rfile.read(int(self.headers["content-length"])))

            def log_message(self, format: str, *args: object) -> None: ...

        port = urlsplit(self.url).port
        assert port is not None
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(issued.certificate, issued.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        status, content = 201, b"{}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.path.startswith(("/hook", "/push/")):
            self.posted.append((request.path, str(request.headers)))
        else:
            url = f"{self.url}{request.path}"
            asking = self.provider.post(url, headers, body) if body else None
            told = run(asking or self.provider.get(url, headers))
            status, content = told.status, told.body
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)
