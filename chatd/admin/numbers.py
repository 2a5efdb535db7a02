"""Numbers as they are typed, for argparse: `float` takes "nan" and "inf" too, JSON has neither."""

import argparse
import math
from collections.abc import Callable
from typing import Final

#: The most days for which a token or a block with an end is good, as in the HTTP API; and for which
#: an invitation is good.
LONGEST_DAYS: Final = 3_650
LONGEST_INVITATION_DAYS: Final = 365


def duration(most: int) -> Callable[[str], float]:
    """More than 0 and at most ``most``, in the unit of the option."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and 0 < value <= most):
            raise _wrong(text, f"a number above 0, and {most} at most")
        return value

    return number


def whole(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise _wrong(text, f"a whole number from {least} to {most}")
        return value

    return number


def _wrong(text: str, right: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{text[:40]!r} is none that fits; right would be {right}")
