"""chatctl token-debug: why a site's token is refused, check by check, with the settings alone."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import msgspec

from chatd.auth.jwks import Unavailable, read_jwks
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Claims
from chatd.auth.site_tokens import LONGEST, Examined, examine, wanted
from chatd.config import ConfigError
from chatd.safety import site_faults
from chatd.settings import Settings
from chatd.translate import vouching

#: A token and the JSON a site hands it over in.
MOST = 2 * LONGEST

TIMES = ("exp", "iat", "nbf")

NO_TOKEN = (
    "✗ token     There is no token in this. If it is what the site's token address answered, nobody"
    " is signed in there: send the cookie of somebody who is."
)


def main(settings: Settings, config: Path, file: Path | None) -> int:
    """The exit code: 0 if it is good, 1 if not. ``file`` None reads standard input."""
    if wrong := site_faults(settings.site):
        raise ConfigError("\n".join(f"{config}: {text}" for text in wrong))
    site = vouching(settings)
    if site is None:
        raise ConfigError(
            f"{config}: site.key_file, site.keys and site.jwks_url are empty, so no token is taken:"
            " see docs/embed.md."
        )
    try:
        text = _read(file)
    except OSError as error:
        print(f"chatctl: {file}: {error.strerror}.", file=sys.stderr)
        return 1
    if (token := _token(text)) is None:
        print(NO_TOKEN)
        return 1
    published = None
    if settings.site.jwks_url and wanted(token, site) is not None:
        try:
            published = Keys(read_jwks(_fetched(settings)))
        except Unavailable as why:
            print(f"✗ jwks_url  The keys of site.jwks_url cannot be had: {why}.")
    found = examine(token, site, time.time(), published)
    show(found, sys.stdout)
    return 0 if found.wrong is None else 1


def _fetched(settings: Settings) -> bytes:
    """As the daemon fetches them: the same checks, the same words."""
    from twisted.internet import reactor as the_reactor
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from chatd.parts import SystemClock
    from chatd.vouching import fetched, fetcher

    reactor: Any = the_reactor
    brings = fetcher(reactor, SystemClock(), settings.site)
    ended: list[bytes | Failure] = []

    def end(outcome: bytes | Failure) -> None:
        ended.append(outcome)
        reactor.stop()

    def begin() -> None:
        Deferred.fromCoroutine(fetched(brings, settings.site)).addBoth(end)

    reactor.callWhenRunning(begin)
    reactor.run()
    (outcome,) = ended
    if isinstance(outcome, Failure):
        outcome.raiseException()
    assert isinstance(outcome, bytes)
    return outcome


def _read(file: Path | None) -> str:
    if file is not None:
        with file.open("rb") as opened:
            return opened.read(MOST).decode("utf-8", "replace")
    if sys.stdin.isatty():
        print("Paste the token, then Enter and Ctrl-D:", file=sys.stderr)
    return sys.stdin.buffer.read(MOST).decode("utf-8", "replace")


def _token(text: str) -> str | None:
    """The token alone; also out of what the site's token URL answers, {"token": "…"}. None where
    there is none."""
    try:
        answer = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        text = answer["token"] if isinstance(answer.get("token"), str) else ""
    return text.strip() or None


def show(found: Examined, out: TextIO) -> None:
    for title, part in (("header", found.header), ("claims", found.claims)):
        if part is not None:
            print(title, file=out)
            for line in _lines(part):
                print(f"  {line}", file=out)
            print(file=out)
    for check in found.checks:
        print(f"{'✓' if check.passed else '✗'} {check.name:<9} {check.says}", file=out)
    count = sum(not check.passed for check in found.checks)
    print(file=out)
    if count == 0:
        print("This token is taken.", file=out)
    else:
        things = "1 thing is" if count == 1 else f"{count} things are"
        print(f"This token is refused: {things} wrong with it.", file=out)


def _lines(part: Claims) -> list[str]:
    lines = []
    for name, value in part.items():
        text = msgspec.json.encode(value).decode("utf-8", "replace")
        line = f"{_plain(name):<9} {_plain(text)}"
        moment = _moment(value) if name in TIMES else None
        lines.append(line if moment is None else f"{line}  ({moment})")
    return lines


def _moment(value: Any) -> str | None:
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _plain(text: str) -> str:
    """Nothing that a terminal would obey: the token may come from anybody."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
