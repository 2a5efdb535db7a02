"""A site of one page that has the chat in it, and vouches for a guest of its own."""

from __future__ import annotations

import html
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

from tests.ui.daemon import Daemon

KEY = "0123456789abcdefghijklmnopqrstuvwxyz0123456789"


class Site:
    """For ``daemon`` before its start. The script of its page has ``options`` for attributes, its
    token names ``rooms``."""

    def __init__(self, daemon: Daemon) -> None:
        site = self
        self.options: dict[str, str] = {}
        self.rooms: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, kind = site.answer(self.path)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._chat = daemon.url
        key = daemon.state.parent / "site.key"
        key.touch(0o600)
        key.write_text(KEY)
        daemon.configure(
            f'[site]\nkey_file = "site.key"\nissuer = "{self.url}"\norigins = ["{self.url}"]\n'
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[str, str]:
        if path.startswith("/token"):
            now = int(time.time())
            claims = {"iss": self.url, "aud": self._chat, "iat": now, "exp": now + 300}
            guest = {"sub": "7", "name": "guest", "display": "A guest", "rooms": self.rooms}
            token = jwt.encode({**claims, **guest}, KEY, "HS256")
            return json.dumps({"token": token}), "application/json"
        options = "".join(f' {name}="{html.escape(text)}"' for name, text in self.options.items())
        page = (
            "<!doctype html><meta charset=utf-8><meta name=viewport content=width=device-width>"
            "<div id=chat style='height: 520px'></div>"
            f"<script src='{self._chat}/embed.js' data-token-url='/token'{options} async></script>"
        )
        return page, "text/html"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
