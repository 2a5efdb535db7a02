"""A site's signed tokens (JWT, RFC 7519, with HS256): what is checked, and what is wrong with one.

A token is judged in one pass that says of every check how it went, for `chatctl token-debug`; the
door takes the first "no" of that list. The order is what makes it safe (RFC 8725 §3): the length
before anything is decoded, the algorithm before any cryptography, the signature before any claim.
Until the signature holds, a sentence tells nothing of this server's settings but their names;
whoever signed with our key may be told everything. The algorithm is ours to choose and never the
token's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import jwt
import msgspec

from chatd.auth.site_claims import CLAIMS, Claims, Outcome, Site, outcome, shown
from chatd.core.codes import Code
from chatd.core.refusal import Refusal

ALGORITHM: Final = "HS256"
#: Bytes of a token.
LONGEST: Final = 8192

#: RFC 7515 §7.1; one that says alg "none" has nothing behind its last dot.
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_jws: Final = jwt.PyJWS([ALGORITHM], {"enforce_minimum_key_length": True})


@dataclass(frozen=True, slots=True)
class SiteToken:
    """What a good token says. ``expires`` is Unix time in seconds; None where it does not say."""

    subject: str
    expires: float
    name: str | None = None
    display: str | None = None
    rooms: tuple[str, ...] = ()
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check by the name of the claim or header it is about, and what there is to say of it:
    with a "no" what is wrong, where to look, what to do."""

    name: str
    passed: bool
    says: str


@dataclass(frozen=True, slots=True)
class Examined:
    """``header`` and ``claims`` are as the token has them, signed or not; None if unreadable."""

    checks: tuple[Check, ...]
    header: Claims | None = None
    claims: Claims | None = None

    @property
    def wrong(self) -> Check | None:
        return next((check for check in self.checks if not check.passed), None)


def verify(token: str, site: Site, now: float) -> SiteToken:
    """What the token says; Refusal `unauthorized` that names the claim and the setting.

    ``now`` is Unix time in seconds.
    """
    found = examine(token, site, now)
    if found.wrong is not None:
        raise Refusal(Code.UNAUTHORIZED, found.wrong.says, field=found.wrong.name)
    claims = found.claims
    assert claims is not None
    return SiteToken(
        claims["sub"],
        float(claims["exp"]),
        claims.get("name") or None,
        claims.get("display") or None,
        tuple(claims.get("rooms") or ()),
        claims.get("email") or None,
    )


def examine(token: str, site: Site, now: float) -> Examined:
    """Every check, in order; those behind an unreadable part are left out."""
    size = len(token.encode("utf-8", "replace"))
    if size > LONGEST:
        says = f"The token has {size} bytes, more than {LONGEST}: put less into it."
        return Examined((Check("token", False, says),))
    header, claims = _part(token, 0), _part(token, 1)
    if _COMPACT.fullmatch(token) is None or header is None:
        says = (
            "This is not a JWT: it is not three parts of base64url with dots between them, the"
            " first a JSON object. Send the token alone, without quotes or white space around it."
        )
        return Examined((Check("token", False, says),), header, claims)
    checks = [Check(name, *found) for name, found in _header(header)]
    if all(check.passed for check in checks):
        payload = _signed(token, site)
        checks.append(_signature(payload is not None))
        # What was signed is what counts: not what another decoder makes of the same text.
        claims = claims if payload is None else _object(payload)
    if claims is None:
        says = "The middle part of the token is not a JSON object with the claims."
        return Examined((*checks, Check("claims", False, says)), header)
    checks += [Check(name, *check(claims, site, now)) for name, check in CLAIMS]
    return Examined(tuple(checks), header, claims)


def _part(token: str, which: int) -> Claims | None:
    """One of the parts as a JSON object, unchecked."""
    try:
        return _object(jwt.utils.base64url_decode(token.encode("ascii").split(b".")[which]))
    except (ValueError, IndexError):
        return None


def _object(text: bytes) -> Claims | None:
    try:
        value = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


# ---- the header and the signature ---------------------------------------------------------------


def _header(header: Claims) -> Iterator[tuple[str, Outcome]]:
    alg, typ = header.get("alg"), header.get("typ", "JWT")
    yield (
        "alg",
        outcome(
            alg == ALGORITHM,
            f"signed with {ALGORITHM}",
            f'The token\'s header says alg {shown(alg)}; only "{ALGORITHM}" is taken here. Sign it'
            f" with {ALGORITHM} and the key of site.key_file.",
        ),
    )
    yield (
        "typ",
        outcome(
            isinstance(typ, str) and typ.upper() == "JWT",
            "a JWT",
            f'The token\'s header says typ {shown(typ)}; here it is "JWT" or left out.',
        ),
    )
    critical = sorted({"crit", "b64"} & header.keys())
    yield (
        "crit",
        outcome(
            not critical,
            "asks for nothing special",
            f"The token's header has {' and '.join(critical)}, asking for rules (RFC 7515 §4.1.11)"
            " that are not known here: leave it out.",
        ),
    )


def _signed(token: str, site: Site) -> bytes | None:
    """The bytes that our key signed, None if it did not."""
    try:
        payload: bytes = _jws.decode_complete(token, site.key, [ALGORITHM])["payload"]
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return payload


def _signature(fits: bool) -> Check:
    if fits:
        return Check("signature", True, "fits the key of site.key_file")
    says = (
        "The token's signature does not fit. The site must sign with the very key that the file of"
        " site.key_file holds here: the file's text without the white space around it, used as it"
        " is (a base64 text is not decoded first). If the key was changed, the site has the old one"
        " or chatd was not restarted."
    )
    return Check("signature", False, says)
