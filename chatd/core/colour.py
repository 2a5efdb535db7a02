"""Colours that can be read: contrast as in WCAG 2.2, and variants of one colour that reach it.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio . A colour is three numbers from 0 to 1.
"""

import re
from typing import Final

Colour = tuple[float, float, float]

WHITE: Final[Colour] = (1.0, 1.0, 1.0)
BLACK: Final[Colour] = (0.0, 0.0, 0.0)
#: The least contrast of text with its background (1.4.3), and of what is not text (1.4.11).
TEXT: Final = 4.5
SHAPE: Final = 3.0
#: Steps from a colour to black or white.
_STEPS: Final = 64


def parse(text: str) -> Colour | None:
    """From "#0f6b62"; None for any other form."""
    if re.fullmatch(r"#[0-9A-Fa-f]{6}", text) is None:
        return None
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def write(colour: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 for black and 1 for white."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """``share`` of ``other`` in ``one``, from 0 to 1."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def readable(colour: Colour, grounds: tuple[Colour, ...], ratio: float) -> Colour:
    """The colour, or the nearest to it on the way to black (to white on dark ``grounds``) that has
    the contrast ``ratio`` with all of them. Grounds must be all light or all dark."""
    dark = sum(map(luminance, grounds)) / len(grounds) < 0.18
    for step in range(_STEPS + 1):
        tried = mixed(colour, WHITE if dark else BLACK, step / _STEPS)
        # As it will be written: rounding must not lose the last bit of contrast.
        tried = parse(write(tried)) or tried
        if all(contrast(tried, ground) >= ratio for ground in grounds):
            return tried
    raise ValueError("no such colour: the grounds are neither all light nor all dark")
