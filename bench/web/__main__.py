"""`python -m bench.web`: the figures of the page, each with its bound."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import machine
from bench.run import Progress
from bench.web import figures, measure, pages
from bench.web.stage import Stage, stage
from tests.ui.chromium import find_chromium

#: Seconds that each takes, about, the making of the rooms among them.
PARTS = {"fresh": 10, "warm": 12, "everyday": 25, "scrolling": 150, "flood": 45}
FILLING = 20


def main() -> int:
    options = _options()
    if find_chromium() is None:
        print("bench-web: Chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    messages = 400 if options.smoke else measure.MESSAGES
    rounds = 1 if options.smoke else measure.ROUNDS
    seconds = 2.0 if options.smoke else float(measure.SECONDS)
    progress = Progress(FILLING + sum(PARTS[part] for part in options.parts))
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-web-") as folder, stage(Path(folder)) as made:
        parts: dict[str, Callable[[Stage], dict[str, float]]] = {
            "fresh": measure.fresh,
            "warm": measure.warm,
            "everyday": measure.everyday,
            "scrolling": lambda one: measure.scrolling(one, progress.say, messages, rounds),
            "flood": lambda one: measure.flood(one, progress.say, seconds),
        }
        progress.begin("rooms and people are made")
        measure.fill(made, progress.say, messages if "scrolling" in options.parts else 100)
        progress.end(FILLING)
        version = made.browser.call("Browser.getVersion")["product"]
        for part in options.parts:
            progress.begin(part)
            for key, value in parts[part](made).items():
                # Several parts look at the layout: the worst counts.
                found[key] = max(value, found.get(key, value))
            progress.end(PARTS[part])
    print(figures.text(found))
    told = f"{time.strftime('%Y-%m-%d')}: {version}, {machine.describe()}."
    print(f"\n{told}")
    if options.smoke:
        print(
            "Few messages, short steps: this shows that the bench works, not how quick the page is."
        )
    elif options.write:
        pages.write(f"{figures.markdown(found)}\n\n`make bench-web ARGS=--write`, {told}")
    return 1 if figures.missed(found) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument(
        "--parts", type=_parts, default=list(PARTS), help=f"of: {', '.join(PARTS)} (all)"
    )
    parser.add_argument("--write", action="store_true", help="put the figures into docs/ as well")
    parser.add_argument("--smoke", action="store_true", help="few messages, short steps")
    return parser.parse_args()


def _parts(text: str) -> list[str]:
    chosen = [word for word in text.split(",") if word]
    unknown = [word for word in chosen if word not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)} among {', '.join(PARTS)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
