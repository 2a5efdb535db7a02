"""What the parts of tests/rigs/installed.py share: looking into the box and telling."""

import time

from tests.rigs.box import Box, Failed

HOST = "chat.example.org"
CONFIG = "/etc/chatd/chatd.toml"


def say(what: str, seen: str = "") -> None:
    print(f"ok  {what}{f': {seen}' if seen else ''}", flush=True)


def must(true: bool, what: str, seen: str) -> None:
    if not true:
        raise Failed(f"{what}, but:\n{seen}")
    say(what)


def journal(inside: Box, lines: int = 30) -> str:
    return inside.run("journalctl", "-u", "chatd", "--no-pager", "-o", "cat", "-n", str(lines))


def until_ready(
    inside: Box, seconds: float = 15, chatctl: str = "chatctl", options: tuple[str, ...] = ()
) -> float:
    """How long it took."""
    began = time.monotonic()
    while inside.status(chatctl, *options, "status") != 0:
        if time.monotonic() - began > seconds:
            raise Failed(f"it does not come back:\n{journal(inside)}")
        time.sleep(0.1)
    return time.monotonic() - began


def answers(inside: Box, port: int) -> bool:
    """Whether it says that it is well, at this port, over TLS."""
    code = (
        "import http.client, ssl; context = ssl.create_default_context();"
        "context.check_hostname = False; context.verify_mode = ssl.CERT_NONE;"
        f"asked = http.client.HTTPSConnection('127.0.0.1', {port}, timeout=5, context=context);"
        f"asked.request('GET', '/healthz', headers={{'Host': '{HOST}'}});"
        "print(asked.getresponse().status)"
    )
    return inside.run("python3", "-c", code, check=False).strip() == "200"
