"""A provider's word that somebody signed out there (OpenID Connect Back-Channel Logout 1.0)."""

from dataclasses import dataclass
from typing import Any, Final

from chatd.auth.oidc.id_token import LONGEST, check_parties, failed, sid_of, time_of
from chatd.auth.oidc.provider import LEEWAY, Provider
from chatd.auth.strict_json import read_object

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
#: Seconds for which a logout token is accepted at most, and is remembered as used.
LONGEST_LIFE: Final = 900


@dataclass(frozen=True, slots=True)
class Logout:
    """One of ``subject`` and ``sid`` may be None, not both. ``jti`` is the token's own name;
    ``until``, in Unix seconds, is when it is too old in any case."""

    subject: str | None
    sid: str | None
    jti: str
    until: float


def check_header(header: dict[str, Any]) -> None:
    """`Stopped` if the token says it is of another kind (§2.4)."""
    typ = header.get("typ", "logout+jwt")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in (
        "logout+jwt",
        "jwt",
    ):
        raise failed("is of another kind (typ)")


def check_logout(payload: bytes, provider: Provider, now: float) -> Logout:
    """§2.6; `Stopped` with `failed`."""
    claims = read_object(payload)
    if claims is None:
        raise failed("is not a JSON object")
    check_parties(claims, provider)
    # This makes sure that no ID token is taken for one.
    if "nonce" in claims:
        raise failed("has a nonce: it is an ID token")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise failed("tells of no sign-out (events)")
    made, ends = time_of(claims, "iat"), time_of(claims, "exp")
    if not now - LONGEST_LIFE < made <= now + LEEWAY or ends <= now - LEEWAY:
        raise failed("is too old: look at the clocks of both machines")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST:
        raise failed("has no jti")
    subject = claims.get("sub")
    if subject is not None and not (isinstance(subject, str) and 0 < len(subject) <= LONGEST):
        raise failed("has no sub that names anybody")
    sid = sid_of(claims) or None
    if subject is None and sid is None:
        raise failed("names neither sub nor sid")
    return Logout(subject, sid, jti, made + LONGEST_LIFE)
