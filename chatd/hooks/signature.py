"""Signatures as in Standard Webhooks (standardwebhooks.com, version 1.0.0)."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
#: Bytes of a secret, from the specification.
SHORTEST, LONGEST = 24, 64


def secret(text: str) -> bytes:
    """The key in ``text``; ValueError, with a sentence, if it is not one."""
    written = text.strip()
    if not written.startswith(PREFIX):
        raise ValueError(f"it does not begin with {PREFIX}")
    try:
        key = base64.b64decode(written.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"what follows {PREFIX} is not base64") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"it holds {len(key)} bytes; right are {SHORTEST} to {LONGEST}")
    if len(set(key)) < 10:
        raise ValueError("it can be guessed")
    return key


def signed(secrets: Sequence[bytes], id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers of a webhook sent at ``seconds``, Unix time: a signature for each secret."""
    content = f"{id}.{seconds}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
        for key in secrets
    ]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }
