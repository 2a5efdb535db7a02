"""`python -m tools.icons`: draws the page's icons as PNG, the same picture as chatd/ui/icon.svg.

Pixels from distances to the shapes, so that no drawing library is needed for four files.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "chatd" / "ui" / "icons"
#: Of the drawing, as in icon.svg: its side, the ground's corner, the stroke's width.
SIDE, CORNER, STROKE = 32.0, 8.0, 2.2
GROUND, INK = (0x0F, 0x6B, 0x62), (0xFF, 0xFF, 0xFF)
BUBBLE = ((7, 9.5), (25, 9.5), (25, 21.5), (15.5, 21.5), (10.5, 25.5), (10.5, 21.5), (7, 21.5))
LINES = (((11.5, 14.0), (20.5, 14.0)), ((11.5, 17.3), (17.0, 17.3)))
#: How much smaller the drawing is where a phone may cut all but the middle off
#: (https://www.w3.org/TR/appmanifest/#icon-masks: a circle of 80 %).
INSIDE = 0.9

Point = tuple[float, float]


def segments() -> Iterator[tuple[Point, Point]]:
    yield from zip(BUBBLE, (*BUBBLE[1:], BUBBLE[0]), strict=True)
    yield from LINES


def distance(x: float, y: float, begin: Point, end: Point) -> float:
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    along = ((x - begin[0]) * dx + (y - begin[1]) * dy) / (dx * dx + dy * dy)
    along = min(1.0, max(0.0, along))
    return float(((x - begin[0] - along * dx) ** 2 + (y - begin[1] - along * dy) ** 2) ** 0.5)


def ground(x: float, y: float) -> float:
    """How far outside the rounded square a point lies."""
    middle = SIDE / 2
    dx, dy = abs(x - middle) - (middle - CORNER), abs(y - middle) - (middle - CORNER)
    outside = (max(dx, 0.0) ** 2 + max(dy, 0.0) ** 2) ** 0.5
    return float(outside + min(max(dx, dy), 0.0) - CORNER)


def drawn(size: int, *, maskable: bool) -> bytes:
    """A PNG of ``size`` pixels a side; the ground of a maskable one has no corners."""
    scale = SIDE / size
    shapes = list(segments())
    rows = []
    for row in range(size):
        line = bytearray(b"\0")
        for column in range(size):
            x, y = (column + 0.5) * scale, (row + 0.5) * scale
            alpha = 1.0 if maskable else covered(ground(x, y), scale)
            if maskable:
                x, y = ((v - SIDE / 2) / INSIDE + SIDE / 2 for v in (x, y))
            near = min(distance(x, y, *ends) for ends in shapes) - STROKE / 2
            ink = covered(near, scale)
            line += bytes(round(g + (i - g) * ink) for g, i in zip(GROUND, INK, strict=True))
            line.append(round(255 * alpha))
        rows.append(bytes(line))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, body) for name, body in parts)


def covered(outside: float, pixel: float) -> float:
    """The share of a pixel that a shape covers whose edge is so far away."""
    return min(1.0, max(0.0, 0.5 - outside / pixel))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def files() -> Iterator[tuple[str, int, bool]]:
    for size in (192, 512):
        yield f"{size}.png", size, False
        yield f"maskable-{size}.png", size, True


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, size, maskable in files():
        (FOLDER / name).write_bytes(drawn(size, maskable=maskable))
    return 0


if __name__ == "__main__":
    sys.exit(main())
