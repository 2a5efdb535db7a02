"""When clients that a restarting server sends away come back: soon, and not all at once."""

from typing import Final

#: How long a restart usually takes (s). Clients told to come back sooner would all queue at the
#: door and enter at once.
RESTART: Final = 2.0
#: A few may knock before that: they harm nobody, and enter as soon as it is over.
FEW: Final = 500
SOON: Final = 0.5
#: Clients let in each second; one core can do somewhat more.
EACH_SECOND: Final = 1_000
LONGEST: Final = 60.0


def comeback(people: int, chance: float) -> float:
    """Seconds after which one of ``people`` is to come back; ``chance`` is its own, 0 to 1."""
    spread = min(max(people / EACH_SECOND, 1.0), LONGEST)
    return (SOON if people < FEW else RESTART) + spread * chance
