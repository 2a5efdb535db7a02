"""A soak in legs: what an interrupted one saw is kept, and the next run goes on where it ended.

Not every machine is left alone for eight hours. A leg is one daemon's life from its start; nothing
is said of what would have come after it. What legs have in common, the slope, is told of all
together (`soak_figures.slope`).
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from tests.rigs.soak_figures import FEWEST, Curve, settled

#: Seconds of which the mean is kept.
STRETCH = 15.0
CURVES = ("memory", "descriptors", "drawn", "latency", "peer")


def thinned(curve: Curve) -> list[tuple[float, float]]:
    """The mean of each stretch, at its middle; stretches without a sample are left out."""
    found: dict[int, list[float]] = {}
    for moment, value in curve:
        found.setdefault(int(moment / STRETCH), []).append(value)
    return [((number + 0.5) * STRETCH, round(fmean(v), 3)) for number, v in found.items()]


@dataclass(slots=True)
class Leg:
    """What was seen of one life of a daemon: curves of (seconds since it began, value)."""

    commit: str
    day: str
    curves: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {name: [] for name in CURVES}
    )
    #: What the people said last.
    lost: int = 0
    refused: int = 0
    #: They ended otherwise than planned.
    broke_off: bool = False

    @property
    def minutes(self) -> float:
        memory = self.curves["memory"]
        return memory[-1][0] / 60 if memory else 0.0

    @property
    def tells(self) -> bool:
        """Whether it is long enough for a slope."""
        memory, latency = self.curves["memory"], self.curves["latency"]
        return bool(memory) and len(settled(memory)) >= FEWEST and len(latency) >= 4

    @property
    def unwell(self) -> str:
        """How the people fared, in words; empty where all was well."""
        if not (self.lost or self.refused or self.broke_off):
            return ""
        ended = "broke off" if self.broke_off else "talked to the end"
        return f"the people {ended}: {self.lost} lost, {self.refused} refused"


class Record:
    """The legs in a file of JSON."""

    def __init__(self, path: Path) -> None:
        """ValueError for a file of something else."""
        self.path = path
        self.legs: list[Leg] = []
        if path.exists():
            try:
                self.legs = [self._leg(told) for told in json.loads(path.read_bytes())["legs"]]
            except (TypeError, KeyError, ValueError) as error:
                raise ValueError(f"{path} is no record of a soak: {error!r}") from None

    @staticmethod
    def _leg(told: dict[str, Any]) -> Leg:
        curves = {name: [(t, v) for t, v in told["curves"][name]] for name in CURVES}
        return Leg(**(told | {"curves": curves}))

    @property
    def minutes(self) -> float:
        """Of the legs that tell something."""
        return sum(leg.minutes for leg in self.legs if leg.tells)

    def keep(self, leg: Leg) -> None:
        """With ``leg`` as it is now; may be called again as it grows."""
        self.legs = [*(one for one in self.legs if one is not leg), leg]
        told = [
            asdict(one) | {"curves": {name: thinned(curve) for name, curve in one.curves.items()}}
            for one in self.legs
        ]
        part = self.path.with_suffix(".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps({"legs": told}, separators=(",", ":")) + "\n", "ascii")
        part.replace(self.path)
