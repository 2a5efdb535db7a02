"""`chat login`: by the browser (RFC 8628) or with a token, and `chat logout`."""

import argparse
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.client.http import Problem
from chatd.terminal.link import Link
from chatd.terminal.profiles import (
    MOST_BYTES,
    NAME,
    Profile,
    ProfileError,
    Profiles,
    one_token,
    profile_name,
    read_token,
    site,
)
from chatd.terminal.safe import safe
from chatd.terminal.words import DONE, REFUSED, UNREACHABLE, Trouble, trouble

Options = argparse.Namespace
#: Network errors in a row that waiting for the browser survives.
PATIENCE = 5
#: Fewest and most seconds between two polls, whatever a server asks for.
SHORTEST, LONGEST = 1.0, 300.0


async def login(reactor: IReactorTime, profiles: Profiles, options: Options) -> int:
    profile = Profile(name="", url=site(options.url), ca=_absolute(options.ca))
    if options.token_file:
        token = _token(options.token_file)
    else:
        link = Link(reactor, profile)
        try:
            token = await by_browser(reactor, link, options.browser, _say)
        except Exception as error:
            raise await link.explain(error) from None
    profile = replace(profile, token=token)
    link = Link(reactor, profile)
    try:
        who = await link.whoami()
    except Exception as error:
        raise await link.explain(error) from None
    name = options.profile or profile_name(who["name"], profile.url)
    if not NAME.fullmatch(name):
        raise ProfileError("A profile's name has letters, digits, and . _ @ : - in it.")
    profiles.keep(replace(profile, name=name, user=who["name"]))
    _say(f"You are signed in as {safe(who['name'])}. `chat` opens the chat.")
    return DONE


async def by_browser(
    reactor: IReactorTime, link: Link, browser: bool, say: Callable[[str], None]
) -> str:
    """The token, once somebody has allowed it at the server's page."""
    begun = await _begin(link)
    address = str(begun["verification_uri_complete"])
    if not address.startswith(link.profile.url.split(":")[0] + "://"):
        raise Trouble("The server named an address that is not https; that is not right.", REFUSED)
    say(
        "To sign in, open this address in a browser:\n\n"
        f"    {safe(address)}\n\n"
        f"and allow it there, if the page shows this code:  {safe(str(begun['user_code']))}\n"
    )
    if browser and _has_display():
        await deferToThread(webbrowser.open, address)
    say("Waiting for you there ... (Ctrl-C gives up)")
    interval, failures = _seconds(begun.get("interval", 5)), 0
    while True:
        await deferLater(reactor, interval)
        try:
            answer, _ = await link.api.call(
                "POST", "/api/device/token", {"device_code": begun["device_code"]}
            )
            return one_token(str(answer.get("token", "")), "The server's answer")
        except Problem as error:
            failures = 0
            interval = _seconds(_next(error, interval))
        except Exception as error:
            failures += 1
            if failures >= PATIENCE or trouble(error) is None:
                raise


async def _begin(link: Link) -> dict[str, Any]:
    try:
        answer, _ = await link.api.call("POST", "/api/device", {"label": label()})
    except Problem as error:
        if error.status in (404, 405):
            await link.whoami()  # says so if this is no chatd at all
        raise
    if not {"device_code", "user_code", "verification_uri_complete"} <= answer.keys():
        host = link.profile.url.removeprefix("https://")
        raise Trouble(f"This is no chatd: {host} does not answer as one.", UNREACHABLE)
    return answer


def _seconds(asked: object) -> float:
    """A pause as a server wants it, within reason; `Trouble` for what is not one."""
    if isinstance(asked, bool) or not isinstance(asked, int | float) or asked != asked:
        raise Trouble("The server named a pause that is no time; that is not right.", REFUSED)
    return float(min(max(asked, SHORTEST), LONGEST))


def _next(error: Problem, interval: float) -> float:
    """Seconds until the next poll, RFC 8628 §3.5."""
    match error.body.get("error"):
        case "authorization_pending":
            return interval
        case "slow_down":
            return interval + 5
        case "access_denied":
            raise Trouble("It was not allowed at the page.", REFUSED)
        case "expired_token":
            raise Trouble("The code is too old: run `chat login` again.", REFUSED)
    if error.status == 429 or error.status >= 500:
        return max(interval, _seconds(error.retry_after or 0.0))
    raise error


async def logout(reactor: IReactorTime, profiles: Profiles, options: Options) -> int:
    """Ends the token at the server; forgotten here in any case."""
    profile = profiles.chosen(options.profile)
    link = Link(reactor, profile)
    said = "You are signed out."
    try:
        await link.api.call("DELETE", "/api/session", headers=link.bearer)
    except Exception as error:
        why = await link.explain(error)
        if not isinstance(why, Trouble):
            raise
        said = f"Forgotten here; the token may still be good there. {why.words}"
    if profile.name:
        profiles.forget(profile.name)
    _say(said)
    return DONE


def label() -> str:
    """What the page and the list of tokens call this program."""
    host = "".join(char for char in socket.gethostname() if char.isalnum() or char in ".-")
    return f"chat on {host[:60] or 'a computer'}"


def _token(named: str) -> str:
    if named == "-":
        return one_token(sys.stdin.read(MOST_BYTES), "Standard input")
    return read_token(Path(named))


def _absolute(ca: str | None) -> str | None:
    return None if ca is None else str(Path(ca).expanduser().absolute())


def _has_display() -> bool:
    return sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def _say(text: str) -> None:
    print(text, flush=True)
