"""What an ID token must say to be believed (OpenID Connect Core §3.1.3.7), once its signature is.

The sentences are for the operator: the person who comes is told only that it failed.
"""

import hashlib
import hmac
import math
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from chatd.auth.oidc.provider import LEEWAY, Provider, Stopped
from chatd.auth.strict_json import read_object

#: Most characters of a subject (Core §2) and of a sid.
LONGEST: Final = 255

Claims = Mapping[str, Any]


def id_claims(
    payload: bytes,
    provider: Provider,
    nonce: str,
    begun: int,
    now: float,
    *,
    alg: str,
    access_token: str | None,
    anew: bool,
) -> Claims:
    """The claims; otherwise `Stopped` with `failed`. ``begun`` and ``now`` in Unix seconds;
    ``anew``: they must have proved who they are since ``begun``."""
    claims = read_object(payload)
    if claims is None:
        raise failed("is not a JSON object")
    check_parties(claims, provider)
    if not now - LEEWAY < time_of(claims, "exp"):
        raise failed("has expired: look at the clocks of both machines")
    if not begun - LEEWAY <= time_of(claims, "iat") <= now + LEEWAY:
        raise failed("was not made during this login: look at the clocks of both machines")
    given = claims.get("nonce")
    if not isinstance(given, str) or not same(given, nonce):
        raise failed("has not the nonce of this login")
    if not _is_word(claims.get("sub")):
        raise failed("has no sub that names anybody")
    bound = claims.get("at_hash")
    if bound is not None and not (
        isinstance(bound, str)
        and access_token is not None
        and same(bound, token_hash(access_token, alg))
    ):
        raise failed("has an at_hash that does not fit the access token")
    if anew and not begun - LEEWAY <= time_of(claims, "auth_time"):
        raise failed(
            "tells of a sign-in that was before: the provider did not ask anew (max_age=0)"
        )
    return claims


def check_parties(claims: Claims, provider: Provider) -> None:
    """Who made a token, and for whom; `Stopped` with `failed`."""
    if claims.get("iss") != provider.issuer:
        raise failed("is of another issuer")
    aud = claims.get("aud")
    audience = [aud] if isinstance(aud, str) else aud
    if not isinstance(audience, list) or provider.client_id not in audience:
        raise failed("is meant for another client")
    azp = claims.get("azp")
    if azp != provider.client_id and (azp is not None or len(audience) > 1):
        raise failed("was given to another client (azp)")


def token_hash(token: str, alg: str) -> str:
    """`at_hash` (Core §3.1.3.6): half of the hash that belongs to the algorithm."""
    kind = hashlib.sha512 if alg == "EdDSA" else hashlib.sha256
    half = kind(token.encode("utf-8")).digest()
    return urlsafe_b64encode(half[: len(half) // 2]).rstrip(b"=").decode("ascii")


def sid_of(claims: Claims) -> str:
    """The provider's own name for the session there, "" if it tells none."""
    sid = claims.get("sid")
    return str(sid) if _is_word(sid) else ""


def same(given: str, expected: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8"))


def failed(words: str) -> Stopped:
    return Stopped("failed", f"its token {words}")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def time_of(claims: Claims, name: str) -> float:
    """A claim in Unix seconds; `Stopped` with `failed`."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise failed(f"has no time in {name}")
    return float(value)
