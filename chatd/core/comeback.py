"""When those come back whom a server that restarts sends away: soon, and not all at once."""

from typing import Final

#: Seconds in which a restart is over, as a rule. Whoever is told to come sooner waits at the door
#: with all others of that kind, and they come in at the same moment.
RESTART: Final = 2.0
#: A few may knock before that: they harm nobody, and are in as soon as it is over.
FEW: Final = 500
SOON: Final = 0.5
#: So many come in each second; one core does somewhat more.
EACH_SECOND: Final = 1_000
LONGEST: Final = 60.0


def comeback(people: int, chance: float) -> float:
    """In how many seconds one of ``people`` is to come back; ``chance`` is one's own, 0 to 1."""
    spread = min(max(people / EACH_SECOND, 1.0), LONGEST)
    return (SOON if people < FEW else RESTART) + spread * chance
