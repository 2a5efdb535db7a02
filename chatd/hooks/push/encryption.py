"""Encrypts what is pushed, so that the push service carries it and cannot read it (RFC 8291)."""

from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: The one record that a push service has to accept (RFC 8291 §4).
RECORD: Final = 4096
#: After the header of 86 bytes: what is left for a text, its delimiter and the tag of 16.
ROOM: Final = RECORD - 86 - 17
#: Texts are padded to a multiple of this: otherwise their length would tell what they say.
FILLED: Final = 512

_CURVE: Final = ec.SECP256R1()


def encrypted(
    text: bytes,
    key: bytes,
    auth: bytes,
    own: ec.EllipticCurvePrivateKey,
    salt: bytes,
    filled: int = FILLED,
) -> bytes:
    """The body of a push (aes128gcm, RFC 8188), for the browser with the public ``key`` and the
    secret ``auth``. ``own`` is a key made for this one push, ``salt`` 16 random bytes.

    `ValueError` for a text of more than `ROOM` bytes and for a key that is not a point.
    """
    if len(text) > ROOM:
        raise ValueError(f"a push holds {ROOM} bytes, not {len(text)}")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, key)
    ours = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), theirs)
    # RFC 8291 §3.4: the shared secret and the browser's own make the keying material.
    material = _derived(auth, shared, b"WebPush: info\0" + key + ours, 32)
    cipher = AESGCM(_derived(salt, material, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
    # RFC 8188 §2: 2 ends the last record, and what follows is padding.
    blank = min(-(len(text) + 1) % filled, ROOM - len(text)) if filled else 0
    sealed = cipher.encrypt(nonce, text + b"\x02" + bytes(blank), None)
    return salt + RECORD.to_bytes(4, "big") + bytes((len(ours),)) + ours + sealed


def fresh_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(_CURVE)


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)
