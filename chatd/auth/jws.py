"""Signed tokens in the compact form (JWS, RFC 7515): taken apart and verified, as RFC 8725 asks.

The order is what makes it safe: the length before anything is decoded, the header before any
cryptography, the signature before anything is believed. The caller, never the token, says which
algorithms are accepted; a key serves its own algorithm alone; a key that a token brings along
(jwk, jku, x5c, x5u) is ignored. The cryptography is PyJWT's.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

import jwt

from chatd.auth.jwk import ALGORITHMS, Key, base64url, is_kid
from chatd.auth.strict_json import read_object

#: Most bytes of a token.
LONGEST: Final = 16384
#: Most keys that one token is tried with.
MOST_TRIED: Final = 8

_VERIFIERS: Final = {
    name: one for name, one in jwt.algorithms.get_default_algorithms().items() if name in ALGORITHMS
}


class BadToken(ValueError):
    """A token that is refused. ``about`` is the part of it that is wrong: ``token``, a header by
    its name, ``signature``; the text is a sentence for whoever made it and tells no secret."""

    def __init__(self, about: str, text: str) -> None:
        super().__init__(text)
        self.about = about


@dataclass(frozen=True, slots=True)
class Jws:
    """A token taken apart, none of it verified. ``signed`` is what the signature is over."""

    header: dict[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


class Keys:
    """The keys of one signer, by name and algorithm."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self.all: tuple[Key, ...] = tuple(keys)

    def find(self, kid: str | None, alg: str) -> tuple[Key, ...]:
        """Those that may have signed a token that says so: for a name, the keys of that name and
        those without one; for none, all."""
        fit = (key for key in self.all if key.alg == alg)
        return tuple(key for key in fit if kid is None or key.kid is None or key.kid == kid)


def split(token: str, longest: int = LONGEST) -> Jws:
    """The parts of a token. `BadToken`."""
    if len(token) > longest:
        raise BadToken("token", f"The token has more than {longest} bytes: put less into it.")
    parts = token.split(".", 3)
    decoded = [base64url(part) for part in parts]
    if len(parts) == 3 and None not in decoded:
        head, payload, signature = (part or b"" for part in decoded)
        header = read_object(head)
        if header is not None:
            signed = f"{parts[0]}.{parts[1]}".encode("ascii")
            return Jws(header, payload, signed, signature)
    raise BadToken(
        "token",
        "This is not a JWT: it is not three parts of base64url with dots between them, the"
        " first a JSON object. Send the token alone, without quotes or white space around it.",
    )


def algorithm(header: dict[str, Any], algorithms: Collection[str]) -> str:
    """The algorithm that the token says it was signed with, which must be one of those accepted,
    to the letter. `BadToken`."""
    said = header.get("alg")
    if not isinstance(said, str) or said not in algorithms:
        raise BadToken("alg", f"The token's alg is none of {', '.join(algorithms)}.")
    return said


def key_name(header: dict[str, Any]) -> str | None:
    """The name of the key, if the token gives one. `BadToken`."""
    kid = header.get("kid")
    if kid is not None and not is_kid(kid):
        raise BadToken("kid", "The token's kid is no name of a key: a text of 1 to 200 characters.")
    return kid


def uncritical(header: dict[str, Any]) -> None:
    """`BadToken` if the token asks for rules that are not known here (RFC 7515 §4.1.11)."""
    if asked := sorted({"crit", "b64"} & header.keys()):
        raise BadToken(
            "crit",
            f"The token's header has {' and '.join(asked)}, asking for rules (RFC 7515 §4.1.11)"
            " that are not known here: leave it out.",
        )


def signer(token: Jws, keys: Keys, algorithms: Collection[str]) -> Key:
    """The key that signed the token. `BadToken`."""
    alg = algorithm(token.header, algorithms)
    uncritical(token.header)
    found = keys.find(key_name(token.header), alg)[:MOST_TRIED]
    if not found:
        raise BadToken("kid", "No key of this name is known for this alg.")
    for key in found:
        if _fits(token, key):
            return key
    raise BadToken("signature", "The token's signature does not fit.")


def _fits(token: Jws, key: Key) -> bool:
    return bool(_VERIFIERS[key.alg].verify(token.signed, key.material, token.signature))
