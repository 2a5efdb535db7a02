"""The figures as a table: in the terminal, as JSON, and in docs/performance.md."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

Figures = Mapping[str, float]

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Row:
    """One line of the table; `more` where a larger figure is the better one."""

    key: str
    text: str
    form: str
    more: bool = False


ROWS = (
    Row("light_p50_ms", "10 messages/s: p50, ms", ".1f"),
    Row("light_p99_ms", "10 messages/s: p99, ms", ".1f"),
    Row("light_cpu_us", "10 messages/s: server CPU per delivery, µs", ".1f"),
    Row("light_ack_ms", "10 messages/s: send to acknowledgement (on disk), p50, ms", ".1f"),
    Row("most_per_second", "most deliveries/s, p99 < 100 ms, none missing", ",.0f", True),
    Row("most_cpu_us", "the same: server CPU per delivery, µs", ".2f"),
    Row("idle_kib", "memory per idle connection, KiB", ".1f"),
    Row("connects_per_second", "connects/s", ",.0f", True),
    Row("connect_cpu_us", "server CPU per connect, µs", ",.0f"),
    Row("sends_lone_ms", "one send at a time, on disk: p50, ms", ".2f"),
    Row("sends_one_per_second", "durable sends/s, one sender pipelining", ",.0f", True),
    Row("sends_many_per_second", "durable sends/s, 100 senders pipelining", ",.0f", True),
)


def table(ours: Sequence[Figures], theirs: Sequence[Figures]) -> list[tuple[str, str, str, str]]:
    """What, chatd, the peer (each as median and spread over the rounds), and how they compare."""
    lines = []
    for row in ROWS:
        mine = [figures[row.key] for figures in ours if row.key in figures]
        other = [
            figures[row.key]
            for figures in theirs
            if row.key in figures and row.key != "light_ack_ms"
        ]
        if mine:
            lines.append(
                (row.text, _spread(mine, row), _spread(other, row), _ratio(mine, other, row))
            )
    return lines


def load_share(rounds: Sequence[Figures]) -> str:
    """How busy the load generator was, so that nobody measures the client by mistake."""
    light = max(figures["light_load_cpu"] for figures in rounds)
    most = max((figures.get("most_load_cpu", 0.0) for figures in rounds), default=0.0)
    hint = "; there it was the limit, not the server" if most > 0.9 else ""
    return (
        f"The load generator used {light:.0%} of its core at 10 messages/s"
        f" and {most:.0%} at the most deliveries{hint}. {_company(rounds)}"
    )


def _company(rounds: Sequence[Figures]) -> str:
    taken = max((figures.get("others_cpu", 0.0) for figures in rounds), default=0.0)
    if taken < 0.05:
        return "The server had its core to itself."
    return (
        f"Other programs took up to {taken:.0%} of the server's core meanwhile: latencies and the"
        " most deliveries suffer from that, processor times and the order of the rows less."
    )


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("twisted", "autobahn", "pyopenssl"))
    return (
        f"{model}, {os.cpu_count()} cores, Linux {platform.release()},"
        f" Python {platform.python_version()}, {packages}"
    )


def as_text(lines: Sequence[tuple[str, str, str, str]]) -> str:
    head = ("", "chatd", "plain Autobahn", "chatd is")
    widths = [max(len(line[i]) for line in (head, *lines)) for i in range(4)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (head, *lines)
    )


def as_markdown(lines: Sequence[tuple[str, str, str, str]], notes: Sequence[str]) -> str:
    rows = ["| | chatd | plain Autobahn | chatd is |", "|---|---:|---:|---:|"]
    rows += [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([*rows, "", *notes])


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_document(path: Path, figures: str) -> None:
    """Puts `figures` between the two marks of the document."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}", encoding="utf-8")


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def _spread(values: Sequence[float], row: Row) -> str:
    if not values:
        return "–"
    text = format(statistics.median(values), row.form)
    if len(values) > 1:
        text += f" ({format(min(values), row.form)}–{format(max(values), row.form)})"
    return text


def _ratio(mine: Sequence[float], other: Sequence[float], row: Row) -> str:
    if not mine or not other:
        return ""
    ours, theirs = statistics.median(mine), statistics.median(other)
    if not ours or not theirs:
        return "ahead" if (ours > theirs) == row.more else "behind"
    times = ours / theirs if row.more else theirs / ours
    better = {"_ms": "faster", "kib": "smaller"}.get(row.key[-3:], "better")
    worse = {"_ms": "slower", "kib": "larger"}.get(row.key[-3:], "worse")
    return f"{times:.1f}× {better}" if times >= 1 else f"{1 / times:.1f}× {worse}"
