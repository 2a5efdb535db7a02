"""Recovery codes: a way in for people who lost the app or the passkey, each good once.

80 random bits each, so a fast hash is enough to keep them: nobody tries 2^80 of them.
"""

import hashlib
from typing import Final

from chatd.core.ids import letters
from chatd.engine.ports import Random

COUNT: Final = 10
LETTERS: Final = 16


def new_codes(random: Random) -> tuple[str, ...]:
    """As people see them: xxxx-xxxx-xxxx-xxxx, in letters that are not mistaken for others."""
    made = (letters(random, LETTERS) for _ in range(COUNT))
    return tuple("-".join(code[i : i + 4] for i in range(0, LETTERS, 4)) for code in made)


def digest(code: str) -> bytes | None:
    """What is stored of a code; None if it cannot be one. It may be written as Crockford allows:
    with capitals, gaps, and letters that look like digits."""
    plain = "".join(char for char in code.lower() if char not in "- \t")
    plain = plain.replace("o", "0").replace("i", "1").replace("l", "1")
    if len(plain) != LETTERS or not plain.isascii():
        return None
    return hashlib.sha256(b"chatd recovery code\0" + plain.encode("ascii")).digest()
