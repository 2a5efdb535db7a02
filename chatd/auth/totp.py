"""One-time codes from an app (TOTP, RFC 6238): six digits, new every 30 seconds, each good once.

The arithmetic is `cryptography`'s; ours is the choice of time steps to look at, and that the store
remembers the last one that was accepted (§5.2).
"""

from base64 import b32encode
from typing import Final
from urllib.parse import quote

import segno
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SEED_BYTES: Final = 20
DIGITS: Final = 6
STEP_SECONDS: Final = 30
#: Steps before and after the present one: for clocks that differ, and for slow hands.
DRIFT: Final = 1


def fitting_step(seed: bytes, code: str, wall: int) -> int | None:
    """The time step whose code it is, of those near ``wall`` (Unix ms); None if none fits. All of
    them are looked at, whichever fits."""
    plain = "".join(code.split())
    if len(plain) != DIGITS or not plain.isascii() or not plain.isdigit():
        return None
    present = wall // 1000 // STEP_SECONDS
    # Every app knows SHA-1; HMAC does not depend on what is broken in it (RFC 6238 §1.2).
    totp = TOTP(seed, DIGITS, SHA1(), STEP_SECONDS, enforce_key_length=True)  # noqa: S303
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if step > 0 and bytes_eq(totp.generate(step * STEP_SECONDS), plain.encode()):
            found = step
    return found


def in_letters(seed: bytes) -> str:
    """The seed as people type it into an app."""
    return b32encode(seed).decode("ascii").rstrip("=")


def address(seed: bytes, issuer: str, account: str) -> str:
    """What an app reads from the picture (the Key Uri Format)."""
    # A colon would end the issuer's name.
    issuer = issuer.replace(":", " ")
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={in_letters(seed)}&issuer={quote(issuer, safe='')}"


def picture(text: str) -> tuple[int, str]:
    """A QR code as a drawing: how many modules wide it is, and the dark ones as the path of an SVG.
    It has no margin; a reader wants four modules of white around it (ISO/IEC 18004 §9.1)."""
    rows = [bytes(row) for row in segno.make_qr(text, error="m").matrix]
    path = ""
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            begun = x
            while x < len(row) and row[x]:
                x += 1
            path += f"M{begun} {y}h{x - begun}v1h-{x - begun}z"
    return len(rows), path
