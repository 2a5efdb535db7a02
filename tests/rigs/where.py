"""Where the processor time goes: the real daemon, wss, 1,000 people, its threads and functions.

    python -m tests.rigs.where connects          # the first storm after a start
    python -m tests.rigs.where resumed           # everybody again, with their TLS sessions
    python -m tests.rigs.where fan --rate 100    # messages to everybody
    python -m tests.rigs.where sends             # nobody hears, a hundred people send

By thread, the kernel's own count. With `--functions` py-spy (https://github.com/benfred/py-spy,
from PyPI) looks 500 times a second at what the reactor's thread does, and slows it by a tenth.
Figures in docs/performance.md, "Where the time goes", come from here.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import town
from bench.kit import Kit
from bench.load import Load
from bench.measure import SENDERS, Scale, connect
from bench.names import CHATD
from bench.servers import Server
from bench.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
#: By thread: name, microseconds of processor time, how often it waited, was pushed aside.
Threads = Mapping[str, tuple[str, float, int, int]]
SHOWN = 45


def threads(pid: int) -> Threads:
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        counts = dict(
            line.split(":\t")
            for line in (task / "status").read_text().splitlines()
            if "ctxt_switches" in line
        )
        used = int((task / "schedstat").read_text().split()[0]) / 1000
        found[task.name] = (
            (task / "comm").read_text().strip(),
            used,
            int(counts["voluntary_ctxt_switches"]),
            int(counts["nonvoluntary_ctxt_switches"]),
        )
    return found


def told(before: Threads, after: Threads, per: int, what: str) -> None:
    print(f"\n{'µs':>8} {'waits':>7} {'pushed':>7}  thread, for each of {per:,} {what}")
    rows = []
    for task, (name, used, waits, pushed) in after.items():
        _, used0, waits0, pushed0 = before.get(task, (name, 0.0, 0, 0))
        rows.append((used - used0, waits - waits0, pushed - pushed0, name))
    for used, waits, pushed, name in sorted(rows, reverse=True):
        if used / per >= 0.005:
            print(f"{used / per:8.2f} {waits / per:7.2f} {pushed / per:7.2f}  {name}")
    print(f"{sum(row[0] for row in rows) / per:8.2f}{'':17} all")


@contextmanager
def watched(server: Server, functions: bool, folder: Path) -> Iterator[None]:
    """Samples what the daemon does meanwhile."""
    if not functions:
        yield
        return
    spy = shutil.which("py-spy") or shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if spy is None:
        raise SystemExit("py-spy is not here; type: .venv/bin/pip install py-spy")
    out = folder / "samples"
    command = [spy, "record", "-r", "500", "-p", str(server.pid), "-f", "raw", "-o", str(out)]
    watching = subprocess.Popen(
        [*command, "-t"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(1.0)  # until it looks
    try:
        yield
    finally:
        watching.send_signal(signal.SIGINT)
        watching.wait(30)
    shares(out.read_text())


def shares(samples: str) -> None:
    """``samples``: a line for each stack, "thread;outermost;…;innermost count"."""
    within: Counter[str] = Counter()
    itself: Counter[str] = Counter()
    busy = 0
    for line in samples.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [frame.rsplit(":", 1)[0] for frame in stack.split(";")]
        if "MainThread" not in stack or "doPoll" in frames[-1]:
            continue
        busy += int(count)
        itself[frames[-1]] += int(count)
        for frame in set(frames[1:]):
            within[frame] += int(count)
    print(f"\n{'within':>7} {'itself':>7}  the reactor's thread while it works")
    for name, count in within.most_common(SHOWN):
        print(f"{count / busy:7.1%} {itself[name] / busy:7.1%}  {name}")


def connects(load: Load, server: Server, people: int, options: Any, folder: Path) -> None:
    tickets = options.what == "resumed"
    if tickets:
        connect(load, server, people, tickets=True)
        load.tell("idle", 0.7)
        load.tell("close")
        load.tell("idle", 0.7)
    with watched(server, options.functions, folder):
        before = threads(server.pid)
        done = connect(load, server, people, tickets=tickets)
        told(before, threads(server.pid), done["opened"], "connects")


def talks(load: Load, server: Server, people: int, options: Any, folder: Path) -> None:
    connect(load, server, people)
    load.tell("idle", 1.5)
    with watched(server, options.functions, folder):
        before = threads(server.pid)
        if options.what == "fan":
            done = load.tell("fan", f"{options.rate:.3f}", options.seconds, SENDERS)
            count, what = done["received"], "deliveries"
        else:
            done = load.tell("sends", people, 16, options.seconds)
            count, what = done["acknowledged"], "sends"
        told(before, threads(server.pid), count, what)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs.where", description=__doc__)
    parser.add_argument("what", choices=("connects", "resumed", "fan", "sends"))
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=100.0, help="messages a second (fan)")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--functions", action="store_true", help="with py-spy")
    options = parser.parse_args()
    sends = options.what == "sends"
    people = min(options.clients, 100) if sends else options.clients
    shape = town.writers(people, together=True) if sends else town.hall(people)
    (ROOT / "var").mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="where-", dir=ROOT / "var"))
    stage = Stage(folder, Kit(ROOT / "var" / "bench", print), Scale(), print)
    try:
        with stage.crowd(CHATD, shape) as (server, load):
            play = connects if options.what in ("connects", "resumed") else talks
            play(load, server, people, options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
