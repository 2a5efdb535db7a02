"""What a soak's curves say: slopes with their intervals, what is flat, and the drawing."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

#: Of so many means over time: neighbouring samples tell the same, means of a stretch hardly do.
BLOCKS = 20
#: Fewer samples tell no slope.
FEWEST = 2 * BLOCKS
#: Student's t for BLOCKS - 2 degrees of freedom, 95 % two-sided.
T95 = 2.101
#: The beginning, in which caches fill, is no part of what is judged.
WARM_UP = 0.25

Curve = Sequence[tuple[float, float]]
"""(seconds, value), in order."""


@dataclass(frozen=True, slots=True)
class Slope:
    """In units an hour; with 95 % certainty between ``low`` and ``high``."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.2f} an hour (95 %: {self.low:+.2f} to {self.high:+.2f})"


def settled(curve: Curve) -> Curve:
    """Without its beginning."""
    begin = curve[0][0] + WARM_UP * (curve[-1][0] - curve[0][0])
    return [point for point in curve if point[0] >= begin]


def slope(*curves: Curve) -> Slope:
    """Least squares through the means of BLOCKS stretches of each: one slope, each its own level.

    ValueError for fewer samples. (With several curves Student's t would be a little smaller.)
    """
    apart: list[tuple[float, float]] = []
    for curve in curves:
        if len(curve) < FEWEST:
            raise ValueError(f"{len(curve)} samples tell no slope: {FEWEST} are wanted")
        ends = [len(curve) * number // BLOCKS for number in range(BLOCKS + 1)]
        cut = [curve[begin:end] for begin, end in itertools.pairwise(ends)]
        hours = [fmean(t for t, _ in part) / 3600 for part in cut]
        values = [fmean(value for _, value in part) for part in cut]
        middle, level = fmean(hours), fmean(values)
        apart += [(t - middle, v - level) for t, v in zip(hours, values, strict=True)]
    spread = sum(t * t for t, _ in apart)
    value = sum(t * v for t, v in apart) / spread
    left = sum((v - value * t) ** 2 for t, v in apart)
    either_way = T95 * math.sqrt(left / (len(apart) - len(curves) - 1) / spread)
    return Slope(value, value - either_way, value + either_way)


def drift(curve: Curve) -> tuple[float, float]:
    """The medians of the first quarter and of the last."""
    quarter = max(1, len(curve) // 4)
    values = [value for _, value in curve]
    return median(values[:quarter]), median(values[-quarter:])


def drawn(panels: dict[str, Sequence[Curve]], title: str) -> str:
    """SVG, a panel for each name; readable on a light page and on a dark one.

    Several curves of a panel follow one another, apart by a dashed line.
    """
    width, height, margin = 640, 130, 52
    parts = []
    for number, (name, curves) in enumerate(panels.items()):
        top = 34 + number * (height + 40)
        floor = top + height
        ends = [0.0, *itertools.accumulate(curve[-1][0] for curve in curves)]
        last = ends[-1] or 1.0
        most = max(value for curve in curves for _, value in curve) * 1.05 or 1.0
        wide = (width - margin - 8) / last
        parts += [
            f'<text x="{margin}" y="{top - 8}">{name}</text>',
            f'<path d="M{margin},{top} V{floor} H{width - 8}" fill="none" stroke="#808890"/>',
            f'<text x="{margin - 6}" y="{top + 10}" text-anchor="end">{most:.4g}</text>',
            f'<text x="{margin - 6}" y="{floor}" text-anchor="end">0</text>',
            f'<text x="{width - 8}" y="{floor + 15}" text-anchor="end">{last / 60:.0f} min</text>',
        ]
        for begin, curve in zip(ends, curves, strict=False):
            points = " ".join(
                f"{margin + wide * (begin + t):.1f},{top + height * (1 - v / most):.1f}"
                for t, v in curve
            )
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="#e0602a" stroke-width="1.5"/>'
            )
        parts += [
            f'<path d="M{margin + wide * end:.1f},{top} V{floor}" stroke="#808890"'
            ' stroke-dasharray="3 3"/>'
            for end in ends[1:-1]
        ]
    total = 34 + len(panels) * (height + 40)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" role="img"'
        f' font-family="sans-serif" font-size="12" fill="#808890"><title>{title}</title>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
