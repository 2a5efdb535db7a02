"""chatctl token-debug: why a site's token is refused, check by check, from the settings alone."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from chatd.admin.answers import Check, DebuggedToken
from chatd.admin.reacting import until_done
from chatd.admin.shown import plain
from chatd.auth.jwks import Unavailable, read_jwks
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Claims
from chatd.auth.site_tokens import LONGEST, examine, wanted
from chatd.config.reading import ConfigError
from chatd.config.safety import site_faults
from chatd.config.settings import Settings
from chatd.config.translate import vouching

#: Most bytes of a token and the JSON in which a site hands it over.
MOST = 2 * LONGEST

TIMES = ("exp", "iat", "nbf")

NO_TOKEN = (
    "There is no token in this. If it is what the site's token address answered, nobody"
    " is signed in there: send the cookie of somebody who is."
)


def debugged(settings: Settings, config: Path, file: Path | None) -> DebuggedToken:
    """``file`` None reads standard input. ConfigError, OSError."""
    if wrong := site_faults(settings.site):
        raise ConfigError("\n".join(f"{config}: {text}" for text in wrong))
    site = vouching(settings)
    if site is None:
        raise ConfigError(
            f"{config}: site.key_file, site.keys and site.jwks_url are empty, so no token is taken:"
            " see docs/embed.md."
        )
    if (token := _token(_read(file))) is None:
        return DebuggedToken(False, None, None, [Check("token", False, NO_TOKEN)])
    published, checks = None, []
    if settings.site.jwks_url and wanted(token, site) is not None:
        try:
            published = Keys(read_jwks(_fetched(settings)))
        except Unavailable as why:
            what = f"The keys of site.jwks_url cannot be had: {why}."
            checks.append(Check("jwks_url", False, what))
    found = examine(token, site, time.time(), published)
    checks += [Check(check.name, check.passed, check.says) for check in found.checks]
    taken = found.wrong is None
    return DebuggedToken(taken, _plainly(found.header), _plainly(found.claims), checks)


def _plainly(part: Claims | None) -> dict[str, Any] | None:
    return None if part is None else dict(part)


def _fetched(settings: Settings) -> bytes:
    """As the daemon fetches them: the same checks, the same words."""
    from chatd.parts import SystemClock
    from chatd.vouching import fetched, fetcher

    return until_done(
        lambda reactor: fetched(fetcher(reactor, SystemClock(), settings.site), settings.site)
    )


def _read(file: Path | None) -> str:
    if file is not None:
        with file.open("rb") as opened:
            return opened.read(MOST).decode("utf-8", "replace")
    if sys.stdin.isatty():
        print("Paste the token, then Enter and Ctrl-D:", file=sys.stderr)
    return sys.stdin.buffer.read(MOST).decode("utf-8", "replace")


def _token(text: str) -> str | None:
    """The token alone; also taken from what the site's token URL answers, {"token": "…"}. None if
    there is none."""
    try:
        answer = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        text = answer["token"] if isinstance(answer.get("token"), str) else ""
    return text.strip() or None


def lines(told: DebuggedToken) -> Iterator[str]:
    for title, part in (("header", told.header), ("claims", told.claims)):
        if part is not None:
            yield title
            for line in _lines(part):
                yield f"  {line}"
            yield ""
    for check in told.checks:
        yield f"{'✓' if check.passed else '✗'} {check.name:<9} {check.says}"
    count = sum(not check.passed for check in told.checks)
    yield ""
    if count == 0:
        yield "This token is accepted."
    else:
        things = "1 thing is" if count == 1 else f"{count} things are"
        yield f"This token is refused: {things} wrong with it."


def _lines(part: Claims) -> list[str]:
    lines = []
    for name, value in part.items():
        text = msgspec.json.encode(value).decode("utf-8", "replace")
        line = f"{plain(name):<9} {plain(text)}"
        moment = _moment(value) if name in TIMES else None
        lines.append(line if moment is None else f"{line}  ({moment})")
    return lines


def _moment(value: Any) -> str | None:
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (TypeError, ValueError, OverflowError, OSError):
        return None
