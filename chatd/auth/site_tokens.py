"""A site's signed tokens (JWT, RFC 7519): what is checked, and what is wrong with one.

A token is judged in one pass that says how every check went, for `chatctl token-debug`; the door
acts on the first "no" of that list. The order is that of `auth.jws`, which makes it safe (RFC 8725
§3). Until the signature holds, a sentence tells nothing of this server's settings but their names;
somebody who signed with a key of ours may be told everything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chatd.auth.jwk import Key
from chatd.auth.jws import (
    BadToken,
    Jws,
    Keys,
    algorithm,
    key_name,
    signer,
    split,
    uncritical,
)
from chatd.auth.site_claims import CLAIMS, Claims, Site, issuer, shown
from chatd.auth.strict_json import read_object
from chatd.core.codes import Code
from chatd.core.refusal import Refusal

#: Most bytes of a token.
LONGEST: Final = 8192
#: Where a key is from: this server's own files, or what the site publishes.
HERE: Final = "here"
PUBLISHED: Final = "published"


@dataclass(frozen=True, slots=True)
class SiteToken:
    """What a good token says. ``expires`` is Unix time in seconds; None: the token does not say.
    ``signer`` is where the key is from, a colon, and its thumbprint; ``issued`` is Unix time, too,
    None if the token does not say when it was made."""

    issuer: str
    subject: str
    expires: float
    name: str | None = None
    display: str | None = None
    rooms: tuple[str, ...] = ()
    email: str | None = None
    role: str | None = None
    signer: str = ""
    issued: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check by the name of the claim or header it is about, and what there is to say: for a
    "no", what is wrong, where to look, what to do."""

    name: str
    passed: bool
    says: str


@dataclass(frozen=True, slots=True)
class Examined:
    """``header`` and ``claims`` are as in the token, signed or not; None if unreadable. ``key`` is
    the one that signed it, None if none did."""

    checks: tuple[Check, ...]
    header: Claims | None = None
    claims: Claims | None = None
    key: Key | None = None

    @property
    def wrong(self) -> Check | None:
        return next((check for check in self.checks if not check.passed), None)


def wanted(token: str, site: Site) -> tuple[str | None, str] | None:
    """The name of the published key that the token says it was signed with, and its algorithm; None
    if it cannot be one that would be accepted, or is among those that are here."""
    try:
        header = split(token, LONGEST).header
        kid, alg = key_name(header), algorithm(header, site.algorithms)
    except BadToken:
        return None
    return None if alg == "HS256" or site.keys.find(kid, alg) else (kid, alg)


def verify(token: str, site: Site, now: float, published: Keys | None = None) -> SiteToken:
    """What the token says; Refusal `unauthorized` that names the claim and the setting.

    ``now`` is Unix time in seconds; ``published`` are keys besides those of ``site``.
    """
    found = examine(token, site, now, published)
    if found.wrong is not None:
        raise Refusal(Code.UNAUTHORIZED, found.wrong.says, field=found.wrong.name)
    claims = found.claims
    assert claims is not None and found.key is not None
    return SiteToken(
        claims["iss"],
        claims["sub"],
        float(claims["exp"]),
        claims.get("name") or None,
        claims.get("display") or None,
        tuple(claims.get("rooms") or ()),
        claims.get("email") or None,
        claims.get("role") or None,
        f"{HERE if found.key in site.keys.all else PUBLISHED}:{found.key.print}",
        claims.get("iat"),
    )


def examine(token: str, site: Site, now: float, published: Keys | None = None) -> Examined:
    """Every check, in order; those after an unreadable part are left out."""
    try:
        parts = split(token, LONGEST)
    except BadToken as why:
        return Examined((Check(why.about, False, str(why)),))
    claims = read_object(parts.payload)
    keys = Keys((*site.keys.all, *(published.all if published is not None else ())))
    checks = [Check(name, *_asked(check)) for name, check in _header(parts, site)]
    key = None
    if all(check.passed for check in checks):
        key, check = _signature(parts, keys, site)
        checks.append(check)
    if claims is None:
        says = (
            "The middle part of the token is not a JSON object with the claims, each name once and"
            " each number finite."
        )
        return Examined((*checks, Check("claims", False, says)), parts.header)
    checks.append(Check("iss", *issuer(claims, site, key.issuer if key is not None else None)))
    checks += [Check(name, *check(claims, site, now)) for name, check in CLAIMS]
    return Examined(tuple(checks), parts.header, claims, key)


# ---- the header and the signature ---------------------------------------------------------------


def _header(parts: Jws, site: Site) -> tuple[tuple[str, Callable[[], str]], ...]:
    """The checks by the names of the headers: what there is to say, `BadToken` for a "no"."""
    header = parts.header

    def alg() -> str:
        try:
            return f"signed with {algorithm(header, site.algorithms)}"
        except BadToken:
            taken = " or ".join(f'"{name}"' for name in site.algorithms)
            raise BadToken(
                "alg",
                f"The token's header says alg {shown(header.get('alg'))}; only {taken} is taken"
                " here, for which there are keys. Sign it with that and the key of site.key_file or"
                " site.keys.",
            ) from None

    def typ() -> str:
        said = header.get("typ", "JWT")
        if isinstance(said, str) and said.upper() == "JWT":
            return "a JWT"
        raise BadToken(
            "typ", f'The token\'s header says typ {shown(said)}; here it is "JWT" or left out.'
        )

    def kid() -> str:
        name = key_name(header)
        return "not said: any key of this alg may fit" if name is None else shown(name)

    def crit() -> str:
        uncritical(header)
        return "asks for nothing special"

    return (("alg", alg), ("typ", typ), ("kid", kid), ("crit", crit))


def _asked(check: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, check()
    except BadToken as why:
        return False, str(why)


def _signature(parts: Jws, keys: Keys, site: Site) -> tuple[Key | None, Check]:
    try:
        key = signer(parts, keys, site.algorithms)
    except BadToken as why:
        if why.about == "kid":
            return None, Check("kid", False, _no_such_key(parts, site))
        return None, Check("signature", False, _NO_FIT)
    where = "the key of site.key_file" if key.kid is None else f"the key {shown(key.kid)}"
    return key, Check("signature", True, f"fits {where}")


def _no_such_key(parts: Jws, site: Site) -> str:
    where = "site.keys"
    if site.publishes:
        where += " or of what site.jwks_url publishes"
    return (
        f"The token says that its key is {shown(parts.header.get('kid'))} (kid), and no key of"
        f" {where} is called that and for its alg. `chatctl token-key list` shows those of"
        " site.keys; a new one is known after `systemctl reload chatd`."
    )


_NO_FIT: Final = (
    "The token's signature does not fit. The site must sign with the very key that the file of"
    " site.key_file, or the key file in site.keys with this kid, holds here. Of site.key_file that"
    " is the file's text without the white space around it, used as it is (a base64 text is not"
    " decoded first); of site.keys the k is decoded from base64url. If the key was changed, the"
    " site has the old one or chatd was not reloaded."
)
