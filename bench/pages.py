"""Puts a run's figures into the project's pages: docs/performance.md, its plots, and the README."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.kit import ROOT
from bench.names import CHATD, title
from bench.report import as_markdown
from bench.run import Outcome, medians

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"
DOCUMENT = ROOT / "docs" / "performance.md"
README = ROOT / "README.md"
PLOTS = ROOT / "docs" / "figures"
#: Beside chatd in the README.
SHOWN = ("floor", "socketify", "ws", "ratchet", "autobahn")
#: Row, figure, how it reads, its form.
FIRST = (
    ("most", "most_per_second", "most deliveries/s, 99 % within 100 ms, none missing", ",.0f"),
    ("equal", "at100_p50_ms", "100,000 deliveries/s: median until read, ms", ".1f"),
    ("equal", "light_cpu_us", "10 messages/s: processor time per delivery, µs", ".1f"),
    ("equal", "hop_p50_ms", "the same: median from the commit until read, ms", ".1f"),
    ("idle", "idle_kib", "memory of an idle connection, KiB", ".1f"),
    ("connects", "full_cpu_us", "processor time of a connect, µs", ",.0f"),
)


def write(outcome: Outcome, tables: str, plots: Sequence[Path]) -> None:
    """`tables`: Markdown. Plots that this run did not make stay as they are."""
    PLOTS.mkdir(exist_ok=True)
    for plot in plots:
        shutil.copy(plot, PLOTS)
    lines = [tables.strip()]
    lines += [f"\n![{_words(path)}](figures/{path.name})" for path in sorted(PLOTS.glob("*.svg"))]
    _between_marks(DOCUMENT, "\n".join(lines))
    _between_marks(README, as_markdown(first_table(outcome)))


def first_table(outcome: Outcome) -> list[list[str]]:
    """The few figures that the README shows: what was not measured is a dash."""
    middles = {row: medians(outcome.found.get(row, {})) for row, *_ in FIRST}
    present = {name for each in middles.values() for name in each}
    columns = [CHATD, *(name for name in SHOWN if name in present)]
    lines = [["", *map(title, columns)]]
    for row, key, text, form in FIRST:
        values = [middles[row].get(name, {}).get(key) for name in columns]
        cells = ["–" if value is None else format(value, form) for value in values]
        lines.append([text, *cells])
    return lines


def _words(path: Path) -> str:
    return {
        "cost": "Cost of a delivery against rooms and connections",
        "deliveries": "Most deliveries a second",
        "latency": "Latency against load",
        "memory": "Memory against connections",
    }.get(path.stem, path.stem)


def _between_marks(path: Path, figures: str) -> None:
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no place for figures: {BEGIN} … {END}")
    path.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}", encoding="utf-8")
