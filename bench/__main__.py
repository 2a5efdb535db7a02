"""`python -m bench`: chatd and its peers in turn, on the same cores, in one run."""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from bench import names, pages, results
from bench.cores import cores
from bench.kit import ROOT, Kit
from bench.measure import Scale
from bench.programs import BuildError
from bench.rows import ROWS
from bench.run import Progress, expected_seconds, run
from bench.stage import Stage

DATA = ROOT / "var"
SMOKE = Scale(
    crowd=20,
    few=10,
    great=30,
    many=40,
    seconds=0.3,
    step_seconds=0.3,
    settle_seconds=0.1,
    idle_seconds=0.3,
    messages=2_000,
    rooms=20,
    questions=5,
    ceiling=20.0,
)


def main() -> int:
    options = _options()
    # Ended from outside, it ends the servers it started, as it does on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scale = SMOKE if options.smoke else Scale()
    rows = [row for row in ROWS if row.name in options.rows]
    rounds = 1 if options.smoke else options.rounds
    DATA.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=DATA))
    progress = Progress(expected_seconds(rows, options.peers, rounds))
    stage = Stage(folder, Kit(DATA / "bench", progress.say), scale, progress.say)
    writer = results.Writer(scale, rows, rounds)
    try:
        stage.kit.load  # noqa: B018 - built first: without it nothing is measured
        outcome = run(stage, rows, options.peers, rounds, progress, writer.keep)
    except BuildError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"bench: interrupted; what was measured is in {writer.path}", file=sys.stderr)
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    writer.finish(outcome, stage.others, stage.kit)
    print(writer.text(outcome, stage.others))
    if options.write and not options.smoke:
        plots = sorted(writer.path.parent.glob("*.svg"))
        pages.write(outcome, writer.markdown(outcome, stage.others, "### {}\n"), plots)
    if options.smoke:
        print("Few clients, short steps: this shows that the bench works, not how fast chatd is.")
    if len(set(cores())) == 1:
        print("Server and load shared one core: compare with care.")
    print(f"\nWritten to {writer.shown()}.")
    return 1 if outcome.chatd_failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    rows = [row.name for row in ROWS]
    parser.add_argument(
        "--rows", type=_some_of(rows), default=rows, help=f"of: {', '.join(rows)} (all)"
    )
    parser.add_argument(
        "--peers",
        type=_some_of(names.ALL, always=[names.CHATD]),
        default=list(names.ALL),
        help=f"beside chatd, of: {', '.join(names.ALL[1:])}; none (all)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="each server so many times (3)")
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/ and the README as well"
    )
    parser.add_argument("--smoke", action="store_true", help="a few clients, a few seconds")
    return parser.parse_args()


def _some_of(known, always=()):  # type: ignore[no-untyped-def]
    def parse(text: str) -> list[str]:
        chosen = [*always, *(word for word in text.split(",") if word and word != "none")]
        unknown = [word for word in chosen if word not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)} among {', '.join(known)}")
        return chosen

    return parse


if __name__ == "__main__":
    sys.exit(main())
