"""`python -m tests.life`: a team's life, see `tests.life.life`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from twisted.internet import task
from twisted.internet.defer import Deferred

from tests.life.life import Plan, life


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.life")
    for name, value in (("events", 50_000), ("people", 20), ("rooms", 30), ("days", 14)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    plan = Plan(**vars(parser.parse_args()))
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    async def run(reactor: Any) -> None:
        say(str(plan))
        with tempfile.TemporaryDirectory(prefix="chatd-life-") as folder:
            outcome = await life(reactor, Path(folder), plan, say)
        say(str(outcome))
        if outcome.faults:
            sys.exit(1)

    task.react(lambda reactor: Deferred.fromCoroutine(run(reactor)))


if __name__ == "__main__":
    main()
