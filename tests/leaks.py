"""Finds secrets where none may stand, in whatever form they got there."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

#: A shorter one, such as the digits of a code, is looked for as a word of its own, and only so.
LONG = 12


def forms(secret: str | bytes) -> Iterator[tuple[str, bytes]]:
    """Each form by its name: as it is, in JSON, hex, base64 and base64url wherever it begins within
    a longer text, and percent-encoded."""
    plain = secret if isinstance(secret, bytes) else secret.encode()
    yield "plain", plain
    if isinstance(secret, str):
        yield "JSON", secret.encode("unicode_escape")
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    for before in range(3):
        # Of three letters before it none, one or two are in its first four of base64.
        coded = base64.b64encode(b"\0" * before + plain)
        core = coded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
        yield f"base64, {before} before", core
        yield f"base64url, {before} before", core.translate(bytes.maketrans(b"+/", b"-_"))
    yield "percent", quote(plain, safe="").encode()
    yield "percent all", "".join(f"%{byte:02x}" for byte in plain).encode()
    yield "PERCENT ALL", "".join(f"%{byte:02X}" for byte in plain).encode()


def leaks(places: Mapping[str, bytes], secrets: Mapping[str, str | bytes]) -> list[str]:
    """A line for each secret in each place, and in which form."""
    found = []
    for name, secret in secrets.items():
        assert secret, name
        if isinstance(secret, str) and len(secret) < LONG:
            word = re.compile(rb"(?<![\w.:+-])" + re.escape(secret.encode()) + rb"(?![\w.:+-])")
            found += [f"{name} in {place}" for place, text in places.items() if word.search(text)]
            continue
        for place, text in places.items():
            for form, bytes_ in forms(secret):
                if bytes_ in text:
                    found.append(f"{name} in {place}, {form}")
                    break
    return found
