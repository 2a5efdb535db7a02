"""The WebSocket from outside: whether it opens, and outlives silence."""

import ssl
import time
from collections.abc import Callable, Iterator

from chatd.admin.doctor import reach
from chatd.admin.doctor.finding import Finding, fault, ok
from chatd.admin.doctor.look import Look
from chatd.admin.doctor.outside import EXAMPLES
from chatd.admin.doctor.reach import Answer, Target, Unreachable

#: Beyond the time between two signs of life of the server.
SLACK = 3.0

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
            yield _silence(look, sock, wait)


def _refused(look: Look, target: Target, answer: Answer, why: str) -> Finding:
    said = why or f"HTTP status {answer.status} {answer.json().get('code', '')}".rstrip()
    if answer.status == 403:
        return fault(
            "wrong-origin",
            "WebSocket",
            f"pages of {target.origin} are refused",
            "server.public_url, as the daemon read it, is another address than people type.",
            f'public_url = "{target.origin}" below [server] in {look.config}, then systemctl'
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


def _silence(look: Look, sock: ssl.SSLSocket, wait: Wait) -> Finding:
    """We say nothing; the server's signs of life have to come through. The first comes at any
    moment, the second when all its time has passed in silence."""
    heartbeat = look.settings.limits.heartbeat_seconds
    began = last = time.monotonic()
    gap = 0.0
    while gap < heartbeat * 0.9:
        left = last + heartbeat + SLACK - time.monotonic()
        if left <= 0:
            return _cut(look, "no sign of life came through", time.monotonic() - last)
        wait(began + 2 * heartbeat - time.monotonic())
        sock.settimeout(min(left, 0.5))
        try:
            part = sock.recv(65_536)
        except TimeoutError:
            continue
        except OSError:
            part = b""
        now = time.monotonic()
        gap, last = now - last, now
        if not part:
            return _cut(look, "it was cut", gap)
    return ok("silence", "WebSocket", f"outlives {gap:.0f} s of silence")


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
