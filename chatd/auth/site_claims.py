"""The claims of a site's token, one check for each: what is wrong, where to look, what to do.

The sentences name the claim and the setting and say both values: they are for whoever signed with
our key, or sits at this server.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from chatd.auth.jwk import ALGORITHMS
from chatd.auth.jws import Keys

#: Most code points of a subject and of an address (RFC 5321 §4.5.3.1.3), and most rooms.
SUBJECT: Final = 128
EMAIL: Final = 254
ROOMS: Final = 50
#: How many characters of what a token says are said back.
SHOWN: Final = 120

#: What published keys are for: a secret is not published.
PUBLISHED: Final = frozenset(ALGORITHMS) - {"HS256"}

Claims = dict[str, Any]
#: Whether a check passed, and what there is to say about it.
Outcome = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Site:
    """A site that vouches for people. Times in seconds; ``rooms`` are slugs.

    ``keys`` are what it signs with, some perhaps for an issuer of their own; ``publishes``: it has
    further ones, which it publishes. ``origins`` are those of its pages; ``roles`` those that a
    token may give; ``public_rooms``: its people see all public rooms.
    """

    issuer: str
    audience: str
    keys: Keys
    origins: tuple[str, ...] = ()
    leeway: int = 30
    longest: int = 3600
    create_users: bool = True
    rooms: tuple[str, ...] = ()
    private_rooms: bool = False
    public_rooms: bool = False
    roles: tuple[str, ...] = ("member",)
    publishes: bool = False

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What its tokens may be signed with: whatever there are keys for."""
        held = {key.alg for key in self.keys.all}
        if self.publishes:
            held |= PUBLISHED
        return tuple(alg for alg in ALGORITHMS if alg in held)


def issuer(claims: Claims, site: Site, own: str | None) -> Outcome:
    """``own``: the only issuer whose tokens the key may sign, if it says one."""
    said = claims.get("iss")
    setting = "site.issuer" if own is None else "the iss of the key's file"
    right = site.issuer if own is None else own
    return outcome(
        said == right, f"{setting}, {shown(said)}", _differs("iss", said, setting, right)
    )


def _audience(claims: Claims, site: Site, now: float) -> Outcome:
    """One text or a list of them that holds ours (RFC 7519 §4.1.3)."""
    said = claims.get("aud")
    meant = said if isinstance(said, list) else [said]
    return outcome(
        site.audience in meant,
        f"site.audience, {shown(site.audience)}",
        _differs("aud", said, "site.audience", site.audience),
    )


def _expiry(claims: Claims, site: Site, now: float) -> Outcome:
    exp = claims.get("exp")
    if not _is_time(exp):
        return False, _no_time("exp", exp, "every token has an end")
    assert exp is not None
    over = now - exp
    return outcome(
        over < site.leeway,
        f"good until {_clock(exp)}, {_span(exp - now)} from now",
        f"The token ended (exp) at {_clock(exp)}, {_span(over)} ago by this server's clock, which"
        f" says {_clock(now)}. Mint one when it is asked for; if this one is new, the site's clock"
        f" is slow: let NTP set both. site.leeway_seconds forgives {site.leeway} s.",
    )


def _lifetime(claims: Claims, site: Site, now: float) -> Outcome:
    """How long it is good: from iat, or from now if it does not say when it was made."""
    exp, iat = claims.get("exp"), claims.get("iat", now)
    if not _is_time(iat):
        return False, _no_time("iat", iat, "it may be left out")
    if iat > now + site.leeway:
        return False, (
            f"The token was made (iat) at {_clock(iat)}, {_span(iat - now)} in the future by this"
            f" server's clock, which says {_clock(now)}: let NTP set both clocks."
            f" site.leeway_seconds forgives {site.leeway} s."
        )
    if not _is_time(exp):
        return False, "How long the token is good cannot be told without exp."
    assert exp is not None
    return outcome(
        exp - iat <= site.longest,
        f"good for {_span(exp - iat)} in all",
        f"The token is good for {_span(exp - iat)}, and site.longest_seconds allows"
        f" {site.longest} s: let exp be at most that much after iat.",
    )


def _not_before(claims: Claims, site: Site, now: float) -> Outcome:
    nbf = claims.get("nbf", now)
    if not _is_time(nbf):
        return False, _no_time("nbf", nbf, "it may be left out")
    return outcome(
        nbf <= now + site.leeway,
        "good already" if "nbf" in claims else "not said",
        f"The token is not good before (nbf) {_clock(nbf)}, and this server's clock says"
        f" {_clock(now)}: let NTP set both clocks. site.leeway_seconds forgives {site.leeway} s.",
    )


def _subject(claims: Claims, site: Site, now: float) -> Outcome:
    sub = claims.get("sub")
    return outcome(
        isinstance(sub, str) and 1 <= len(sub) <= SUBJECT and sub.isprintable(),
        f"who it is at the site: {shown(sub)}",
        f"The token's sub is {shown(sub)}; it says who it is at the site, by something that never"
        f" changes (the id of the account): a text of 1 to {SUBJECT} characters. A number takes"
        ' quotes: "42".',
    )


def _text(name: str, most: int) -> Callable[[Claims, Site, float], Outcome]:
    def check(claims: Claims, site: Site, now: float) -> Outcome:
        said = claims.get(name)
        return outcome(
            said is None or (isinstance(said, str) and len(said) <= most),
            "not said" if said is None else shown(said),
            f"The token's {name} is {shown(said)}; it is a text of at most {most} characters.",
        )

    return check


def _rooms(claims: Claims, site: Site, now: float) -> Outcome:
    said = claims.get("rooms")
    fits = said is None or (
        isinstance(said, list)
        and len(said) <= ROOMS
        and all(isinstance(slug, str) and len(slug) <= EMAIL for slug in said)
    )
    return outcome(
        fits,
        "not said" if said is None else shown(said),
        f"The token's rooms are {shown(said)}; right is a list of at most {ROOMS} slugs, such as"
        ' ["support"].',
    )


def _role(claims: Claims, site: Site, now: float) -> Outcome:
    said = claims.get("role")
    return outcome(
        said is None or (isinstance(said, str) and said in site.roles),
        "not said" if said is None else shown(said),
        f"The token's role is {shown(said)}; site.roles here allows"
        f" {', '.join(site.roles) or 'none'}.",
    )


#: After the issuer, which depends on the key.
CLAIMS: Sequence[tuple[str, Callable[[Claims, Site, float], Outcome]]] = (
    ("aud", _audience),
    ("exp", _expiry),
    ("iat", _lifetime),
    ("nbf", _not_before),
    ("sub", _subject),
    ("name", _text("name", EMAIL)),
    ("display", _text("display", EMAIL)),
    ("rooms", _rooms),
    ("role", _role),
    ("email", _text("email", EMAIL)),
)


def outcome(passed: bool, right: str, wrong: str) -> Outcome:
    return passed, right if passed else wrong


def _differs(claim: str, said: Any, setting: str, ours: str) -> str:
    text = f"The token's {claim} is {shown(said)}, but {setting} here is {shown(ours)}"
    if said is None:
        text = f"The token has no {claim}; {setting} here is {shown(ours)}"
    elif isinstance(said, str) and said.strip("/ ").lower() == ours.strip("/ ").lower():
        text += " (they differ in a slash, a space or a capital letter only)"
    return f"{text}: make the two equal."


def _no_time(claim: str, said: Any, why: str) -> str:
    what = f"The token has no {claim}" if said is None else f"The token's {claim} is {shown(said)}"
    return f"{what}: {why}. It is a number, Unix time in seconds, such as {claim} = time() + 300."


def _is_time(value: Any) -> bool:
    """A number that stands for a moment between 1970 and the year 9999."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value < 253_402_300_800


def shown(value: Any) -> str:
    """A value as JSON, shortened, with nothing in it that a terminal would obey."""
    text = msgspec.json.encode(value).decode("utf-8", "replace")
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return plain if len(plain) <= SHOWN else plain[:SHOWN] + "…"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _span(seconds: float) -> str:
    whole = round(seconds)
    sign, whole = ("-" if whole < 0 else ""), abs(whole)
    if whole < 120:
        return f"{sign}{whole} s"
    if whole < 7200:
        return f"{sign}{whole // 60} min"
    return f"{sign}{whole // 3600} h" if whole < 48 * 3600 else f"{sign}{whole // 86400} days"
