"""What a soak's curves say: slopes with their intervals, what is flat, and the drawing."""

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


def slope(curve: Curve) -> Slope:
    """Least squares through the means of BLOCKS stretches. ValueError for fewer samples."""
    if len(curve) < FEWEST:
        raise ValueError(f"{len(curve)} samples tell no slope: {FEWEST} are wanted")
    cut = [curve[len(curve) * n // BLOCKS : len(curve) * (n + 1) // BLOCKS] for n in range(BLOCKS)]
    hours = [fmean(t for t, _ in part) / 3600 for part in cut]
    values = [fmean(value for _, value in part) for part in cut]
    middle, level = fmean(hours), fmean(values)
    spread = sum((t - middle) ** 2 for t in hours)
    value = sum((t - middle) * (v - level) for t, v in zip(hours, values, strict=True)) / spread
    left = sum((v - level - value * (t - middle)) ** 2 for t, v in zip(hours, values, strict=True))
    either_way = T95 * math.sqrt(left / (BLOCKS - 2) / spread)
    return Slope(value, value - either_way, value + either_way)


def drift(curve: Curve) -> tuple[float, float]:
    """The medians of the first quarter and of the last."""
    quarter = max(1, len(curve) // 4)
    values = [value for _, value in curve]
    return median(values[:quarter]), median(values[-quarter:])


def drawn(curves: dict[str, Curve], title: str) -> str:
    """SVG, a panel for each curve; readable on a light page and on a dark one."""
    width, height, margin = 640, 130, 52
    parts = []
    for number, (name, curve) in enumerate(curves.items()):
        top = 34 + number * (height + 40)
        last = curve[-1][0] or 1.0
        most = max(value for _, value in curve) * 1.05 or 1.0
        points = " ".join(
            f"{margin + (width - margin - 8) * t / last:.1f},{top + height * (1 - v / most):.1f}"
            for t, v in curve
        )
        floor = top + height
        parts += [
            f'<text x="{margin}" y="{top - 8}">{name}</text>',
            f'<path d="M{margin},{top} V{floor} H{width - 8}" fill="none" stroke="#808890"/>',
            f'<text x="{margin - 6}" y="{top + 10}" text-anchor="end">{most:.4g}</text>',
            f'<text x="{margin - 6}" y="{floor}" text-anchor="end">0</text>',
            f'<text x="{width - 8}" y="{floor + 15}" text-anchor="end">{last / 60:.0f} min</text>',
            f'<polyline points="{points}" fill="none" stroke="#e0602a" stroke-width="1.5"/>',
        ]
    total = 34 + len(curves) * (height + 40)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" role="img"'
        f' font-family="sans-serif" font-size="12" fill="#808890"><title>{title}</title>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
