"""Cuts a machine's power under load, boots it again, and asks whether anything promised is gone.

    python -m tests.rigs.power_cut --rounds 20
    python -m tests.rigs.power_cut --workload tests.durability.plain_sqlite --synchronous OFF \
        --rounds 3 --expect-loss

A workload is a module with `text_for(author, key)` and the commands `run` and `check` of
tests/durability/plain_sqlite.py, speaking tests/durability/transcript.py. Every boot first checks
what the cut before it left, then works on: one disk lives through all rounds, so that a machine's
second and twentieth cut are tried too, and some rounds are cut again while the store recovers.
After a violation the next round gets an empty disk.
"""

from __future__ import annotations

import argparse
import importlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.durability.checker import Violation, check
from tests.durability.transcript import Transcript
from tests.rigs.uml import DISK, CannotRun, Guest, check_machine, make_disk

LONGEST_BOOT = 60.0  # seconds until the first acknowledgement, or until a check has ended
CUT_AGAIN = 0.25  # of the rounds: a second cut while the check opens the store
LONGEST_RECOVERY = 1.0  # seconds into the check until that second cut
AT_RANDOM = "the random moment came"
TOO_SLOW = f"nothing was acknowledged within {LONGEST_BOOT:.0f} s"
SHOWN = 3  # violations written out per round; the others are counted


@dataclass
class Run:
    """N rounds and what came of them. `moments` is the least and longest work before a cut, s."""

    workload: str
    synchronous: str
    rounds: int
    seed: int
    moments: tuple[float, float]
    folder: Path
    chance: random.Random = field(init=False)
    transcript: Transcript = field(default_factory=Transcript)
    before: int = 0  # acknowledgements of earlier rounds on this disk
    cut_after: float = 0.0
    cut_again: bool = False
    totals: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.text_for = importlib.import_module(self.workload).text_for

    @property
    def image(self) -> Path:
        return self.folder / "disk.ext4"

    def go(self) -> None:
        """One boot per round, and a last one that only checks."""
        make_disk(self.image)
        self.boot(1, check_first=False, work=True)
        for number in range(2, self.rounds + 2):
            work = number <= self.rounds
            self.cut_again = self.chance.random() < CUT_AGAIN
            if self.cut_again:
                self.interrupt_recovery()
            if self.boot(number, check_first=True, work=work) and work:
                self.image.rename(self.folder / f"disk-{number - 1}.ext4")
                make_disk(self.image)
                self.transcript = Transcript()
                self.boot(number, check_first=False, work=True)

    def boot(self, number: int, *, check_first: bool, work: bool) -> bool:
        """Boot, judge the round before if there was one, work until the cut. True: it lost."""
        moment = self.chance.uniform(*self.moments)
        guest = Guest(
            self.folder,
            self.image,
            self.command("check") if check_first else None,
            self.command("run", number) if work else None,
        )
        plug = threading.Timer(LONGEST_BOOT, guest.cut, args=(TOO_SLOW,))
        plug.start()
        self.transcript.forget_stored()
        judged, working = not check_first, False
        acknowledged_before = len(self.transcript.acknowledgements)
        try:
            for line in guest.lines():
                word = self.transcript.take(line)
                if line.startswith("-- check ended"):
                    judged = True
                    for found in guest.report():
                        self.transcript.take(found)
                    if self.judge(number - 1, line.endswith(" 0")):
                        return True
                elif word == "acked" and not working:
                    working = True
                    plug.cancel()
                    plug = threading.Timer(moment, guest.cut, args=(AT_RANDOM,))
                    plug.start()
        finally:
            plug.cancel()
            guest.close()
        if not judged:  # the console broke off within the check
            raise CannotRun(f"the guest ended before its check; see {self.folder}/console.log")
        if work:
            if guest.cut_because != AT_RANDOM:
                why = guest.cut_because or "its workload ended by itself"
                raise CannotRun(f"round {number}: {why}; see {self.folder}/console.log")
            self.before, self.cut_after = acknowledged_before, moment
        return False

    def interrupt_recovery(self) -> None:
        """Boot, let the check open the store, cut."""
        moment = self.chance.uniform(0, LONGEST_RECOVERY)
        guest = Guest(self.folder, self.image, self.command("check"), None)
        plug = threading.Timer(LONGEST_BOOT, guest.cut, args=(TOO_SLOW,))
        plug.start()
        try:
            for line in guest.lines():
                if line == "-- check":
                    plug.cancel()
                    plug = threading.Timer(moment, guest.cut, args=(AT_RANDOM,))
                    plug.start()
        finally:
            plug.cancel()
            guest.close()

    def command(self, what: str, number: int = 0) -> list[str]:
        command = [sys.executable, "-m", self.workload, what, "--folder", DISK]
        if what == "run":
            seed = self.chance.randrange(1 << 30)
            command += ["--round", str(number), "--seed", str(seed)]
        return [*command, "--synchronous", self.synchronous]

    def judge(self, number: int, readable: bool) -> bool:
        """Print the round's line; True if it broke a promise."""
        history = self.transcript.history(self.text_for)
        if readable and self.transcript.checked == len(self.transcript.stored):
            violations = check(history)
        else:
            violations = [Violation("unreadable", "", "the check could not read the whole store")]
        places = {(event.author, event.key) for event in history.stored}
        acked = history.acknowledgements[self.before :]
        found = sum((ack.author, ack.key) in places for ack in acked)
        self.totals.update(acked=len(acked), found=found, rounds=1, spoilt=int(bool(violations)))
        self.kinds.update(violation.kind for violation in violations)
        print(
            f"round {number:3}: cut after {self.cut_after:4.2f} s, acknowledged {len(acked):6}, "
            f"found {found:6}, in the store {len(history.stored):7}: "
            f"{'BROKEN' if violations else 'kept'}"
            f"{' (cut again while recovering)' if self.cut_again else ''}",
            flush=True,
        )
        for violation in violations[:SHOWN]:
            print(f"           {violation}", flush=True)
        if len(violations) > SHOWN:
            print(f"           and {len(violations) - SHOWN} more", flush=True)
        return bool(violations)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workload", default="tests.durability.workload", help="a module")
    parser.add_argument("--synchronous", choices=("FULL", "NORMAL", "OFF"), default="FULL")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="repeats an earlier run's moments")
    parser.add_argument("--least", type=float, default=0.2, help="seconds of work before a cut")
    parser.add_argument("--longest", type=float, default=4.0, help="seconds of work before a cut")
    parser.add_argument("--expect-loss", action="store_true", help="succeed if a loss is caught")
    parser.add_argument("--keep", action="store_true", help="keep the disk and the console's log")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no guest is left behind
    seed = random.SystemRandom().randrange(1 << 30) if options.seed is None else options.seed
    folder = Path(tempfile.mkdtemp(prefix="chatd-power-cut-"))
    keep = options.keep
    try:
        check_machine()
        run = Run(
            options.workload,
            options.synchronous,
            options.rounds,
            seed,
            (options.least, options.longest),
            folder,
        )
        print(f"seed {seed}, {options.workload}, synchronous={options.synchronous}", flush=True)
        started = time.monotonic()
        run.go()
        keep = keep or (run.totals["spoilt"] > 0 and not options.expect_loss)
    except CannotRun as lack:
        keep = folder.joinpath("console.log").exists()
        print(lack, file=sys.stderr)
        return 1
    except ModuleNotFoundError as lack:
        print(f"The workload {options.workload} cannot be loaded: {lack}.", file=sys.stderr)
        return 1
    finally:
        if keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    totals = run.totals
    lost = totals["acked"] - totals["found"]
    print(
        f"{totals['rounds']} power cuts: {totals['acked']} acknowledged, {lost} lost, "
        f"{totals['spoilt']} rounds broken {dict(run.kinds) or ''} "
        f"in {time.monotonic() - started:.0f} s"
    )
    if options.expect_loss:
        return int(not run.kinds["acknowledged-missing"])
    return int(totals["spoilt"] > 0)


if __name__ == "__main__":
    sys.exit(main())
