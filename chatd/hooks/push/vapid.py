"""How push services recognise this server: its key, and what is signed with it (RFC 8292)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

#: Seconds for which a signature is good, at most 24 hours (RFC 8292 §2), and for which it is used
#: before another one is made.
GOOD: Final = 12 * 3600
USED: Final = 6 * 3600
#: Push services whose signatures are kept.
KEPT: Final = 200


def new_key() -> bytes:
    """A key pair as a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key pair in a PEM file. `OSError`; `ValueError` with a sentence if it holds none."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):
        raise ValueError("it holds no private key in PEM without a pass phrase") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("its key is not one of the curve P-256")
    return key


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """What browsers accept as `applicationServerKey`: the point, in base64url."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode("ascii")


class Vapid:
    """``subject`` is whom the operators of a push service may turn to; ``seconds`` Unix time."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, subject: str, seconds: Callable[[], int]
    ) -> None:
        self.public = public_key(key)
        self._key = key
        self._subject = subject
        self._seconds = seconds
        self._signed: dict[str, tuple[int, str]] = {}

    def authorization(self, origin: str) -> str:
        """The header for a push service; one signature serves many pushes."""
        now = self._seconds()
        made, header = self._signed.get(origin, (0, ""))
        if not header or not 0 <= now - made < USED:
            claims = {"aud": origin, "exp": now + GOOD, "sub": self._subject}
            token = jwt.encode(claims, self._key, "ES256")
            header = f"vapid t={token}, k={self.public}"
            while len(self._signed) >= KEPT:
                del self._signed[next(iter(self._signed))]
            self._signed[origin] = (now, header)
        return header
