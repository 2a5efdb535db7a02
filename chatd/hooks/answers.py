"""What a receiver's answer means for the event it is about, and when to try again."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Final

#: Seconds: the first and the longest wait, and the longest that a receiver may ask for.
FIRST: Final = 1.0
MOST: Final = 600.0
ASKED: Final = 3600.0

#: Of 4xx: the receiver is late, flooded, or not ready (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585
#: §4).
AGAIN: Final = frozenset({408, 425, 429})
GONE: Final = 410


class Fate(Enum):
    TAKEN = "taken"
    #: tried again later
    AGAIN = "again"
    #: refused for good: the next event is tried
    REFUSED = "refused"
    #: the receiver wants nothing any more
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Answer:
    """``retry_after`` is what the receiver asked for, in seconds."""

    status: int
    retry_after: float | None = None


def fate(status: int) -> Fate:
    """A redirect is not followed, as it might lead anywhere: whoever fixes the address gets all."""
    if 200 <= status < 300:
        return Fate.TAKEN
    if status == GONE:
        return Fate.PAUSE
    if 400 <= status < 500 and status not in AGAIN:
        return Fate.REFUSED
    return Fate.AGAIN


def pause(failures: int, answer: Answer | None, random: Callable[[], float]) -> float:
    """Seconds until the next try after this many failures in a row: full jitter, and no sooner than
    the receiver asked for. ``random()`` is from 0 to 1."""
    jitter = random() * min(MOST, FIRST * 2 ** min(failures - 1, 30))
    asked = 0.0 if answer is None or answer.retry_after is None else answer.retry_after
    return max(jitter, min(asked, ASKED))


def retry_after(header: str | None, now: float) -> float | None:
    """The header (RFC 9110 §10.2.3) in seconds from ``now``, Unix time; None if it says nothing."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
