"""What a run leaves in bench/results/: a table, the figures of every round as JSON, plots."""

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import machine, report
from bench.kit import ROOT, Kit, Lacking
from bench.measure import Scale
from bench.rows.row import Row
from bench.run import Outcome

RESULTS = Path(__file__).parent / "results"
#: From so many columns on the servers stand side by side.
WIDE = 7


class Writer:
    """`path`: the JSON file, written anew after every server."""

    def __init__(
        self, scale: Scale, rows: Sequence[Row], rounds: int, folder: Path = RESULTS
    ) -> None:
        self._scale = scale
        self._rows = rows
        self._rounds = rounds
        self._machine = machine.describe()
        self.path = folder / time.strftime("%Y%m%d-%H%M%S") / "figures.json"

    def keep(self, outcome: Outcome) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "machine": self._machine,
            "scale": asdict(self._scale),
            "rounds": self._rounds,
            "found": outcome.found,
            "failed": outcome.failed,
            "not_run": outcome.not_run,
        }
        self.path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    def finish(self, outcome: Outcome, others: float, kit: Kit) -> None:
        """The table and, where matplotlib can be had, the plots."""
        self.keep(outcome)
        page = self.path.with_name("table.md")
        page.write_text(self.markdown(outcome, others), encoding="utf-8")
        try:
            command = [str(kit.python), "-m", "bench.plots", str(self.path)]
        except Lacking as lacking:
            print(f"No plots: {lacking}.")
            return
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"No plots: {done.stderr.strip().splitlines()[-1:]}")

    def shown(self) -> str:
        folder = self.path.parent
        return str(folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder)

    def text(self, outcome: Outcome, others: float) -> str:
        return "\n".join(self._parts(outcome, others, report.as_text, "{}"))

    def markdown(self, outcome: Outcome, others: float, heading: str = "## {}\n") -> str:
        return "\n".join(self._parts(outcome, others, report.as_markdown, heading)) + "\n"

    def _parts(self, outcome: Outcome, others: float, form, heading: str) -> list[str]:  # type: ignore[no-untyped-def]
        parts = []
        for row in self._rows:
            lines = report.table(row, outcome)
            if len(lines) > 1:
                lines = report.turned(lines) if len(lines[0]) > WIDE else lines
                title = heading.format(report.heading(row, self._scale))
                parts += ["", title, form(lines), ""]
            parts += [f"* {remark}" for remark in report.remarks(row, outcome)]
        parts += ["", *report.not_run(outcome)]
        parts += [
            "",
            f"{time.strftime('%Y-%m-%d')}: {self._machine}. {machine.company(others)}"
            f" Median of {self._rounds} rounds, in parentheses the smallest and the largest.",
        ]
        return parts
