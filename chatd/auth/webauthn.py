"""Passkeys as in WebAuthn level 3: what a browser is asked, and whether the answer holds.

The checks of §7.1 and §7.2 are done by Yubico's `fido2`; ours are the challenge, the exact origin,
the algorithms, and what was asked of the person. Attestation is neither asked for nor looked at:
what make of authenticator somebody uses is their own business.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.factors import PasskeyRow

#: In order of preference; what today's browsers and keys have.
ALGORITHMS: Final = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)
TIMEOUT_MS: Final = 120_000
#: The longest id that an authenticator may give (§4, credential id).
MOST_ID_BYTES: Final = 1023
#: More than any public key of these algorithms takes, with its id.
MOST_KEY_BYTES: Final = 2048


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: its id, the attested credential data, and the sign count."""

    id: bytes
    key: bytes
    count: int


class WebAuthn:
    """``public_url`` is where people reach this server: its host is the relying party's id, and its
    origin the only one from which answers are accepted. ``name`` is what browsers call it."""

    def __init__(self, public_url: str, name: str) -> None:
        url = urlsplit(public_url)
        self.host = url.hostname or ""
        self._origin = f"{url.scheme}://{url.netloc}".lower()
        self._server = Fido2Server(
            PublicKeyCredentialRpEntity(id=self.host, name=name),
            verify_origin=lambda origin: origin == self._origin,
        )

    def creation(
        self, challenge: bytes, user: str, name: str, display: str, held: Sequence[PasskeyRow]
    ) -> dict[str, Any]:
        """PublicKeyCredentialCreationOptionsJSON (§5.4): a passkey that is found without a name."""
        return {
            "rp": {"id": self.host, "name": self._server.rp.name},
            "user": {"id": websafe_encode(handle(user)), "name": name, "displayName": display},
            "challenge": websafe_encode(challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in ALGORITHMS],
            "timeout": TIMEOUT_MS,
            "excludeCredentials": _descriptors(held),
            "authenticatorSelection": {
                "residentKey": "preferred",
                "requireResidentKey": False,
                "userVerification": "preferred",
            },
            "attestation": "none",
        }

    def request(
        self, challenge: bytes, held: Sequence[PasskeyRow], *, alone: bool
    ) -> dict[str, Any]:
        """PublicKeyCredentialRequestOptionsJSON (§5.5). ``alone``: nothing else is asked for, so
        the holder must prove to be its owner, by a finger or a PIN."""
        return {
            "challenge": websafe_encode(challenge),
            "timeout": TIMEOUT_MS,
            "rpId": self.host,
            "allowCredentials": _descriptors(held),
            "userVerification": "required" if alone else "discouraged",
        }

    def made(self, answer: Mapping[str, Any], challenge: bytes) -> Made:
        """The passkey that was made (§7.1); `bad-field` if something about it is wrong."""
        try:
            data = self._server.register_complete(_state(challenge, verified=False), answer)
            credential = data.credential_data
            if credential is None or credential.public_key.ALGORITHM not in ALGORITHMS:
                raise ValueError("an algorithm that was not asked for")
            self._same_origin(answer)
        except Exception:
            raise _wrong() from None
        if len(credential.credential_id) > MOST_ID_BYTES or len(credential) > MOST_KEY_BYTES:
            raise _wrong()
        return Made(credential.credential_id, bytes(credential), data.counter)

    def signed(
        self, answer: Mapping[str, Any], challenge: bytes, row: PasskeyRow, *, alone: bool
    ) -> int:
        """The sign count of an answer that ``row`` signed (§7.2); `unauthorized` if that does not
        hold. With ``alone`` the person must have been verified."""
        try:
            known = AttestedCredentialData(row.key)
            self._server.authenticate_complete(_state(challenge, verified=alone), [known], answer)
            self._same_origin(answer)
            given = answer["response"].get("userHandle")
            if given and websafe_decode(given) != handle(row.person):
                raise ValueError("another person's")
            data = AuthenticatorData(websafe_decode(answer["response"]["authenticatorData"]))
            return data.counter
        except Exception:
            raise Refusal(
                Code.UNAUTHORIZED, "This passkey does not fit, or is not known here."
            ) from None

    def _same_origin(self, answer: Mapping[str, Any]) -> None:
        """Not from within a frame of another site (§7.2, step 13 of level 3)."""
        client = CollectedClientData(websafe_decode(answer["response"]["clientDataJSON"]))
        if client.cross_origin:
            raise ValueError("asked for in a frame of another site")


def handle(user: str) -> bytes:
    """What an authenticator keeps of the account: the same for each of its passkeys, and telling
    nothing about it (§14.6.1)."""
    return hashlib.sha256(b"chatd passkey user\0" + user.encode()).digest()


def challenge_of(answer: Mapping[str, Any]) -> bytes:
    """The challenge that an answer says it is to; `bad-field` if it says none."""
    try:
        return CollectedClientData(websafe_decode(answer["response"]["clientDataJSON"])).challenge
    except Exception:
        raise _wrong() from None


def id_of(answer: Mapping[str, Any]) -> bytes:
    try:
        found = websafe_decode(answer["rawId"])
    except Exception:
        raise _wrong() from None
    return found


def _state(challenge: bytes, *, verified: bool) -> dict[str, Any]:
    wanted = UserVerificationRequirement.REQUIRED if verified else None
    return {"challenge": websafe_encode(challenge), "user_verification": wanted}


def _descriptors(held: Sequence[PasskeyRow]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": websafe_encode(row.id)} for row in held]


def _wrong() -> Refusal:
    return Refusal(
        Code.BAD_FIELD, "The browser's answer about the passkey is not right.", field="credential"
    )
