"""The WebSocket from outside: whether it opens, and outlives silence."""

import ssl
import time
from collections.abc import Callable, Iterator

from chatd.admin.doctor import reach
from chatd.admin.doctor.finding import Finding, fault, ok
from chatd.admin.doctor.look import Look
from chatd.admin.doctor.outside import EXAMPLES
from chatd.admin.doctor.reach import Answer, Target, Unreachable

#: Seconds allowed beyond the time between two signs of life from the server.
SLACK = 3.0
PING = 9

Wait = Callable[[float], None]
"""Told how many seconds of waiting are left."""


def web_socket(look: Look, target: Target, wait: Wait) -> Iterator[Finding]:
    if look.visit is None:
        return
    began = time.monotonic()
    try:
        answer, sock = reach.open_socket(target, f"{look.base}/ws", look.visit["secret"])
    except Unreachable as error:
        yield _refused(look, target, Answer(0, {}, b""), str(error))
        return
    with sock:
        if answer.status != 101:
            yield _refused(look, target, answer, "")
            return
        yield ok("socket", "WebSocket", f"opens in {(time.monotonic() - began) * 1000:.0f} ms")
        if look.proxied and not look.quick:
            yield _silence(look, sock, answer.body, wait)


def _refused(look: Look, target: Target, answer: Answer, why: str) -> Finding:
    path = look.base and f"{look.base}/"
    said = why or f"HTTP status {answer.status} {answer.json().get('code', '')}".rstrip()
    if answer.status == 403:
        return fault(
            "wrong-origin",
            "WebSocket",
            f"pages of {target.origin} are refused",
            "server.public_url, as the daemon read it, is another address than people type.",
            f'public_url = "{target.origin}{path}" below [server] in {look.config}, then systemctl'
            " restart chatd",
        )
    if answer.status in (400, 404, 426) or (look.proxied and answer.status in (0, 502, 504)):
        return fault(
            "no-upgrade",
            "WebSocket",
            f"it does not open: {said}",
            "A proxy in front does not pass the Upgrade on: the page opens and never connects.",
            "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header"
            f" Connection $connection_upgrade;   (nginx; all of it: {EXAMPLES}/nginx.conf)",
        )
    return fault(
        "no-socket",
        "WebSocket",
        f"it does not open: {said}",
        "The page opens and never connects.",
        "journalctl -u chatd -n 50",
    )


def _silence(look: Look, sock: ssl.SSLSocket, come: bytes, wait: Wait) -> Finding:
    """We answer pings, as browsers do, and say nothing else; the server's signs of life have to
    come through. If it pings between two heartbeats, no silence is as long as it could be: then two
    of their times are waited for. ``come``: what came after the answer."""
    heartbeat = look.settings.limits.heartbeat_seconds
    began = last = time.monotonic()
    longest, frames = 0.0, Frames()
    frames.pongs(come)
    while longest < heartbeat * 0.9 and last < began + 2 * heartbeat:
        left = last + heartbeat + SLACK - time.monotonic()
        if left <= 0:
            return _cut(look, "no sign of life came through", time.monotonic() - last)
        wait(began + 2 * heartbeat - time.monotonic())
        sock.settimeout(min(left, 0.5))
        try:
            part = sock.recv(65_536)
            for pong in frames.pongs(part):
                sock.sendall(pong)
        except TimeoutError:
            continue
        except OSError:
            part = b""
        now = time.monotonic()
        gap, last = now - last, now
        if not part:
            return _cut(look, "it was cut", gap)
        longest = max(longest, gap)
    return ok("silence", "WebSocket", f"outlives {longest:.0f} s of silence")


class Frames:
    """As much of RFC 6455 §5.2 as it takes to answer pings."""

    def __init__(self) -> None:
        self._rest = b""

    def pongs(self, part: bytes) -> list[bytes]:
        """What to send back for the pings that are complete by now."""
        self._rest += part
        found = []
        while len(self._rest) >= 2:
            kind, size, head = self._rest[0] & 15, self._rest[1] & 127, 2
            if size > 125:
                head += 2 if size == 126 else 8
                size = int.from_bytes(self._rest[2:head])
            if len(self._rest) < head + size:
                break
            if kind == PING:
                # Masked with zeros: a client's frames have to be masked.
                content = self._rest[head : head + size]
                found.append(bytes([0x8A, 0x80 | size, 0, 0, 0, 0]) + content)
            self._rest = self._rest[head + size :]
        return found


def _cut(look: Look, what: str, seconds: float) -> Finding:
    needed = look.settings.limits.heartbeat_seconds
    return fault(
        "short-timeout",
        "proxy",
        f"{what} after {seconds:.0f} s of silence",
        f"chatd gives a sign of life every {needed:.0f} s; a proxy that does not wait so long cuts"
        " everybody off, again and again.",
        f"proxy_read_timeout 75s;   (nginx; haproxy: timeout tunnel 1h; all of it: {EXAMPLES})",
    )
