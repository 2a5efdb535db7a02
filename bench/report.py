"""The figures as tables: in the terminal and as Markdown; a loss is printed like a win."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bench.measure import LOAD_IS_LIMIT, Figures, Scale
from bench.names import CHATD, title
from bench.rows.row import Figure, Goal, Row
from bench.run import Outcome, medians, middle


def heading(row: Row, scale: Scale) -> str:
    return row.title.format(**asdict(scale))


def table(row: Row, outcome: Outcome) -> list[list[str]]:
    """A line of heads, then one for each server: its median of each figure, and the spread."""
    found = outcome.found.get(row.name, {})
    shown = [f for f in row.figures if any(f.key in each[0] for each in found.values())]
    lines = [["", *(figure.text for figure in shown)]]
    lines += [
        [title(name), *(_cell([e[f.key] for e in each if f.key in e], f, each) for f in shown)]
        for name, each in found.items()
    ]
    return lines


def remarks(row: Row, outcome: Outcome) -> list[str]:
    """What could not be measured, and how each goal stands."""
    lines = [
        f"{title(name)} failed: {' '.join(why.split())}"
        for name, why in outcome.failed.get(row.name, {}).items()
    ]
    found = outcome.found.get(row.name, {})
    if CHATD not in found:
        return lines
    middles = medians(found)
    by_key = {figure.key: figure for figure in row.figures}
    for goal in row.goals:
        verdict = _verdict(goal, by_key[goal.key], middles, row)
        if verdict:
            lines.append(verdict)
    return lines


def not_run(outcome: Outcome) -> list[str]:
    return [f"{title(name)}: not run: {why}." for name, why in outcome.not_run.items()]


def as_text(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def turned(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """Servers side by side: for a row with many figures."""
    return [list(column) for column in zip(*lines, strict=True)]


def as_markdown(lines: Sequence[Sequence[str]]) -> str:
    head, *rest = lines
    rule = "|".join(["---", *["---:"] * (len(head) - 1)])
    return "\n".join([_pipes(head), f"|{rule}|", *map(_pipes, rest)])


def _pipes(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(values: Sequence[float], figure: Figure, rounds: Sequence[Figures]) -> str:
    if not values:
        return "–"
    text = format(middle(values), figure.form)
    if len(values) > 1:
        text += f" ({format(min(values), figure.form)}–{format(max(values), figure.form)})"
    share = max((e.get(figure.load, 0.0) for e in rounds), default=0.0) if figure.load else 0.0
    if share >= LOAD_IS_LIMIT:
        text = f"at {'least' if figure.more else 'most'} {text}"
    return text


def _verdict(goal: Goal, figure: Figure, middles: Mapping[str, Figures], row: Row) -> str:
    ours = middles[CHATD].get(goal.key)
    theirs = middles.get(goal.against, {}).get(goal.key) if goal.against else goal.bound
    if ours is None or theirs is None:
        return ""
    asked = theirs * goal.factor
    met = ours >= asked if figure.more else ours <= asked
    what = f"{_whole_text(figure, row)}: chatd {format(ours, figure.form)}"
    if goal.against:
        times = f", {ours / theirs:.2f} times" if theirs else ""
        wanted = f"{'at least' if figure.more else 'at most'} {goal.factor:g} times"
        against = f"{title(goal.against)} {format(theirs, figure.form)}{times} (goal: {wanted})"
    else:
        wanted = "at least" if figure.more else "at most"
        against = f"goal: {wanted} {format(goal.bound, figure.form)}"
    return f"{'met' if met else 'MISSED'}: {what}, {against}"


def _whole_text(figure: Figure, row: Row) -> str:
    """A column's head with what the heads before it began: "10 msg/s: p50", "p99"."""
    begun = ""
    for other in row.figures:
        before, colon, _ = other.text.partition(": ")
        begun = f"{before}: " if colon else begun
        if other is figure:
            break
    return figure.text if ": " in figure.text else begun + figure.text
