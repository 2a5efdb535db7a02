"""Plots of a run's figures as SVG: python -m bench.plots FIGURES.JSON [--png]

Needs matplotlib (requirements/bench.txt). The ground is transparent, and ink and colours are of
middle lightness, so that they can be read on a light page and on a dark one.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from bench.names import CHATD, title

Found = dict[str, dict[str, list[dict[str, float]]]]

INK = "#808890"
OURS = "#e0602a"
#: Okabe and Ito's colours (2008), told apart with any kind of colour blindness; yellow left out.
OTHERS = (
    "#3f8fd0",
    "#159c78",
    "#b07cc6",
    "#8c8c8c",
    "#c79a3a",
    "#56a9c9",
    "#cc6f97",
    "#7a8f3c",
    "#5d66d6",
)
MARKS = "osD^vPX<p"

mpl.rcParams.update(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "chatd",
        "font.family": "sans-serif",
        "font.size": 11,
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": INK,
        "grid.alpha": 0.25,
        "legend.frameon": False,
        "savefig.transparent": True,
    }
)


def middle(found: Found, row: str, name: str, key: str) -> float | None:
    """The median over the rounds; None where there is none."""
    values = sorted(each[key] for each in found.get(row, {}).get(name, []) if key in each)
    return values[len(values) // 2] if values else None


def spread(found: Found, row: str, name: str, key: str) -> tuple[float, float]:
    values = [each[key] for each in found[row][name] if key in each]
    return min(values), max(values)


def style(name: str, names: list[str]) -> dict[str, Any]:
    if name == CHATD:
        return {"color": OURS, "marker": "o", "linewidth": 3, "zorder": 3, "label": title(name)}
    place = [other for other in names if other != CHATD].index(name) % len(OTHERS)
    return {"color": OTHERS[place], "marker": MARKS[place], "linewidth": 1.4, "label": title(name)}


def plain(value: float, _: object = None) -> str:
    """12, 1.5 k, 3 M: short and the same in every locale."""
    for size, sign in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{sign}"
    return f"{value:.3g}"


def deliveries(found: Found, axes: Axes) -> bool:
    """Bars of the most deliveries, the largest first, with the spread over the rounds."""
    names = [n for n in found.get("most", {}) if middle(found, "most", n, "most_per_second")]
    values = {name: middle(found, "most", name, "most_per_second") or 0.0 for name in names}
    names.sort(key=lambda name: values[name])
    for place, name in enumerate(names):
        low, high = spread(found, "most", name, "most_per_second")
        colour = OURS if name == CHATD else OTHERS[0]
        axes.barh(place, values[name], color=colour, height=0.62)
        axes.plot([low, high], [place, place], color=INK, linewidth=1.5)
        axes.annotate(
            plain(values[name]),
            (high, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_yticks(range(len(names)), [title(name) for name in names])
    axes.set_xscale("log")
    _numbered(axes.xaxis)
    axes.set_title("Most deliveries/s to 1,000 people, p99 < 100 ms (the further right the better)")
    return bool(names)


def latency(found: Found, axes: Axes) -> bool:
    """Half of all deliveries took at most so long, at the same load for all."""
    names = list(found.get("equal", {}))
    for name in names:
        points = [
            (rate, middle(found, "equal", name, key))
            for rate, key in ((10, "light_p50_ms"), (50, "at50_p50_ms"), (100, "at100_p50_ms"))
        ]
        shown = [(rate * 1000, value) for rate, value in points if value]
        axes.plot(*zip(*shown, strict=True), **style(name, names))
    _logarithmic(axes, "deliveries/s offered to 1,000 people", "ms, median")
    axes.set_title("Latency against load (the lower the better)")
    return bool(names)


def memory(found: Found, axes: Axes) -> bool:
    """Private memory of a connection, with a tenth, a half and all of them."""
    names = list(found.get("idle", {}))
    for name in names:
        shown = [
            (share * 100, value)
            for share in (10, 50, 100)
            if (value := middle(found, "idle", name, f"kib_at_{share}%")) is not None
        ]
        axes.plot(*zip(*shown, strict=True), **style(name, names))
    _logarithmic(axes, "idle connections", "KiB each")
    axes.set_title("Memory against connections (the lower the better)")
    return bool(names)


def cost(found: Found, axes: Axes) -> bool:
    """What a delivery costs as rooms, and as connections grow; both are to be flat."""
    if CHATD not in found.get("spread", {}):
        return False
    for key, count, label, colour, mark in (
        ("rooms", 4, "by rooms, 1,000 connections", OURS, "o"),
        ("people", 3, "by connections, a room for every ten", OTHERS[0], "s"),
    ):
        shown = [
            (
                middle(found, "spread", CHATD, f"{key}{n}_{key}") or 0.0,
                middle(found, "spread", CHATD, f"{key}{n}_us") or 0.0,
            )
            for n in range(count)
        ]
        axes.plot(*zip(*shown, strict=True), color=colour, marker=mark, label=label)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0, top=1.25 * max(max(line.get_ydata()) for line in axes.lines))
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.set_xlabel("rooms, or connections")
    axes.set_ylabel("µs of processor time")
    axes.legend()
    axes.set_title("Cost of a delivery in rooms of ten (flat is good)")
    return True


def _numbered(axis: Axis) -> None:
    """1, 2, 5, 10 ... on a logarithmic axis: what is shown may be within one power of ten."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(plain))
    axis.set_minor_formatter(NullFormatter())


def _logarithmic(axes: Axes, across: str, up: str) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    _numbered(axes.xaxis)
    _numbered(axes.yaxis)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(True, axis="y")
    if axes.lines:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


PLOTS = {"deliveries": deliveries, "latency": latency, "memory": memory, "cost": cost}


def draw(figures: Path, form: str = "svg") -> list[Path]:
    """Writes each plot for which there are figures, beside them."""
    found: Found = json.loads(figures.read_text(encoding="utf-8"))["found"]
    made = []
    for name, plot in PLOTS.items():
        canvas, axes = pyplot.subplots(figsize=(9, 4.6), layout="constrained")
        if plot(found, axes):
            path = figures.with_name(f"{name}.{form}")
            metadata = {"Date": None} if form == "svg" else None
            canvas.savefig(path, metadata=metadata, dpi=110)
            made.append(path)
        pyplot.close(canvas)
    return made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.plots")
    parser.add_argument("figures", type=Path)
    parser.add_argument("--png", action="store_true")
    options = parser.parse_args()
    draw(options.figures, "png" if options.png else "svg")
