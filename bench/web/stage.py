"""A daemon with people, rooms and messages, a browser, and hands that measure."""

from __future__ import annotations

import contextlib
import itertools
import json
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.servers import RAISED
from tests.one_thread import OneThread
from tests.ui.browser import Browser, Window
from tests.ui.daemon import Daemon
from tests.ui.people import make_room
from tests.ui.test_two_people import BOX, first_administrator

#: The slow network: what a phone gets on a bad day. Bytes a second, milliseconds.
NETWORK = {"downloadThroughput": 200_000, "uploadThroughput": 93_750, "latency": 150}
SLOWER = 4
COOKIE = "__Host-chatd"
#: In each page, from its first moment: when the box was there, what shifted, what took long.
WATCH = f"""
window.seen = {{ usable: null, shift: 0, tasks: [], events: [] }};
new PerformanceObserver((list) => {{
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value;
}}).observe({{ type: 'layout-shift', buffered: true }});
new PerformanceObserver((list) => {{
  for (const one of list.getEntries()) seen.tasks.push(one.duration);
}}).observe({{ type: 'longtask', buffered: true }});
new PerformanceObserver((list) => {{
  for (const one of list.getEntries()) {{
    if (one.interactionId) seen.events.push([one.name, one.duration]);
  }}
}}).observe({{ type: 'event', durationThreshold: 16, buffered: true }});
(function look() {{
  const box = document.querySelector({json.dumps(BOX)});
  const there = document.querySelector('.message .text');
  if (box?.getClientRects().length && !box.disabled && there) seen.usable = performance.now();
  else requestAnimationFrame(look);
}})();
"""


class Stage:
    """anna owns the rooms; ``rooms`` has their addresses in the page, by name."""

    def __init__(self, daemon: Daemon, browser: Browser) -> None:
        self.daemon, self.browser = daemon, browser
        self.rooms: dict[str, str] = {}
        daemon.configure(RAISED)
        self.anna = browser.window()
        first_administrator(self.anna, daemon.link(daemon.start()))

    def room(self, name: str) -> None:
        make_room(self.anna, name)
        self.rooms[name] = str(self.anna.js("location.hash"))

    def speaker(self, name: str) -> Speaker:
        """Somebody else, member of all public rooms that there are."""
        self.daemon.chatctl("user", "add", name)
        made = json.loads(self.daemon.chatctl("--json", "token", "create", name))
        speaker = Speaker(self.daemon, made["done"]["token"])
        for address in self.rooms.values():
            speaker.ask("join", key=f"join-{name}-{address[-12:]}", room=address.split("/")[-1])
        return speaker

    def profile(self) -> Window:
        """A fresh one, signed in as anna, whose pages are watched."""
        url = self.daemon.url
        window = self.browser.window()
        cookies = self.anna.call("Network.getCookies", urls=[url])["cookies"]
        (value,) = [one["value"] for one in cookies if one["name"] == COOKIE]
        more = {"path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
        window.call("Network.setCookie", name=COOKIE, value=value, url=url, **more)
        window.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        return window

    def visit(self, window: Window, room: str) -> None:
        window.call("Page.navigate", url=f"{self.daemon.url}/{self.rooms[room]}")


class Speaker:
    """One connection that says things, as fast as it is told to."""

    def __init__(self, daemon: Daemon, token: str) -> None:
        context = ssl.create_default_context(cafile=str(daemon.certificate.with_name("ca.pem")))
        url = daemon.url.replace("https", "wss") + "/ws"
        self._socket = OneThread(url, context, {"Authorization": f"Bearer {token}"})
        self._ids = itertools.count(1)
        self._run = f"{time.monotonic_ns()}"

    def ask(self, type: str, **fields: object) -> dict[str, object]:
        number = next(self._ids)
        self._socket.send(json.dumps({"type": type, "id": number, **fields}))
        while True:
            answer: dict[str, object] = json.loads(self._socket.recv(timeout=30))
            if answer.get("id") == number:
                return answer

    def fill(self, room: str, texts: list[str]) -> None:
        """Says all of it; each is on the server's disk after this."""
        for at in range(0, len(texts), 500):
            part = texts[at : at + 500]
            last = 0
            for text in part:
                last = self._send(room, text)
            while json.loads(self._socket.recv(timeout=60)).get("id") != last:
                pass

    def flood(self, room: str, texts: list[str], seconds: float) -> threading.Thread:
        """Says them evenly over the time, in a thread of its own."""

        def run() -> None:
            began = time.monotonic()
            for place, text in enumerate(texts):
                due = began + seconds * place / len(texts)
                with contextlib.suppress(TimeoutError):
                    while (wait := due - time.monotonic()) > 0:
                        self._socket.recv(wait)
                self._send(room, text)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def _send(self, room: str, text: str) -> int:
        number = next(self._ids)
        frame = {"type": "send", "id": number, "key": f"{self._run}-{number}"}
        self._socket.send(json.dumps({**frame, "room": room.split("/")[-1], "text": text}))
        return number

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    daemon = Daemon(folder)
    try:
        browser = Browser(daemon.certificate)
        try:
            yield Stage(daemon, browser)
        finally:
            browser.close()
    finally:
        daemon.close()
