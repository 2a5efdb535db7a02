"""A steady load for a long time, with a browser tab open: does anything grow?

    python -m tests.rigs.soak --minutes 20        (make soak-short; make soak: 480)

Every two seconds the daemon's memory, its descriptors and what the tab has drawn are looked at.
Fails where memory grows by 1 MiB an hour or more (soak_figures.py has how that is told; of an hour
or more it has to be certain, too), where descriptors or latency end higher than they began, where a
message is lost, or where the tab stands still. ``--figure`` puts the curves into
docs/figures/soak.svg. Ctrl-C ends it early, and what was seen by then is judged.

With ``--record`` what is seen goes into that file every minute, and a soak that was cut short goes
on in another leg, for what is left of its minutes (soak_legs.py); ``--leg`` ends one earlier.

Latency is also measured of a bare relay beside it (soak_peer.py): what has become slower there as
well was the machine.
"""

import argparse
import json
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from chatd.edge.cookies import SESSION, Cookies
from tests.daemon import Daemon
from tests.rigs.soak_figures import drawn, drift, settled, slope
from tests.rigs.soak_legs import Leg, Record
from tests.ui.browser import Browser, Window

ROOT = Path(__file__).parents[2]
FIGURE = ROOT / "docs" / "figures" / "soak.svg"
EVERY = 2.0
#: Lines that tell how far it is.
TOLD = 20
#: From so many seconds on the whole interval has to be below the bound.
CERTAIN = 3600.0
#: MiB an hour; what descriptors and milliseconds may end higher.
MOST, DESCRIPTORS, LATER = 1.0, 2, 1.25
LIMITS = {
    # What fills caches for hours looks like what grows without end: they are full at once.
    "store": {"cache_bytes": 2**20},
    "limits": {
        "connections_per_user": 100,
        "connections_per_address": 1000,
        "unauthenticated_per_address": 100,
        "messages_per_second": 100,
        "user_messages_per_second": 100,
        "user_messages_burst": 1000,
    },
}
PASSWORD = "a long enough password"
#: The number of the newest message that the tab shows.
NEWEST = (
    "Number([...document.querySelectorAll('.message .text')].map((one) =>"
    " /^soak (\\d+)/.exec(one.textContent)?.[1]).filter(Boolean).pop() ?? -1)"
)


class Load:
    """The people, in a process of their own; what they tell goes into the leg."""

    def __init__(self, daemon: Daemon, folder: Path, seconds: float, leg: Leg) -> None:
        tokens = folder / "tokens"
        tokens.write_text("\n".join(daemon.token(f"p{number}") for number in range(8)))
        self.leg = leg
        self.relay = subprocess.Popen(
            [sys.executable, "-m", "tests.rigs.soak_peer"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.relay.stdout is not None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.rigs.soak_people", daemon.ws_url, daemon.ca, tokens,
             str(seconds), self.relay.stdout.readline().strip()],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        if self.process.stdout.readline().strip() != "talking":
            raise SystemExit("chatd: the people do not get in")
        self.began = time.monotonic()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            self.leg.lost, self.leg.refused = told["lost"], told["refused"]
            if "p99" in told:
                moment = time.monotonic() - self.began
                self.leg.curves["latency"].append((moment, told["p99"]))
                self.leg.curves["peer"].append((moment, told["peer"]))

    def end(self) -> None:
        for process in (self.process, self.relay):
            process.kill()
            process.wait()


def tab(daemon: Daemon, browser: Browser) -> Window:
    """Somebody's, who looks at the room in which everybody talks."""
    daemon.user("anna", PASSWORD)
    trust = ssl.create_default_context(cafile=str(daemon.ca))
    asked = urllib.request.Request(
        f"{daemon.url}/api/session",
        json.dumps({"name": "anna", "password": PASSWORD}).encode(),
        {"Content-Type": "application/json", "Origin": daemon.url},
    )
    with urllib.request.urlopen(asked, context=trust, timeout=10) as answer:
        cookies = answer.headers.get_all("Set-Cookie")
    name = Cookies().name(SESSION)
    [mine] = [one.partition(";")[0] for one in cookies if one.startswith(f"{name}=")]
    window = browser.window()
    more = {"path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
    value = mine.partition("=")[2]
    window.call("Network.setCookie", name=name, value=value, url=daemon.url, **more)
    window.go(daemon.url)
    window.click(".place button", "More")
    window.click(".menu button", "Join or create a room")
    window.click("dialog .choice", "Soak")
    window.wait("document.querySelector('.message .text') !== null")
    return window


def resident(pid: int) -> float:
    """MiB that are the process's own: what it shares with nobody."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    told = {line.split(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
    return (int(told["Private_Clean"]) + int(told["Private_Dirty"])) / 1024


def look(daemon: Daemon, load: Load, window: Window, seconds: float, record: Record) -> None:
    """Samples into the leg for as long as the people talk."""
    leg, curves = load.leg, load.leg.curves
    told = kept = 0
    try:
        while (moment := time.monotonic() - load.began) < seconds and load.process.poll() is None:
            curves["memory"].append((moment, resident(daemon.pid)))
            if (twentieths := int(TOLD * moment / seconds)) > told:
                told = twentieths
                tell(seconds, leg)
            descriptors = len(list(Path(f"/proc/{daemon.pid}/fd").iterdir()))
            curves["descriptors"].append((moment, descriptors))
            newest = window.js(NEWEST)
            curves["drawn"].append((moment, float(newest)))
            if (minutes := int(moment / 60)) > kept:
                kept = minutes
                record.keep(leg)
            time.sleep(EVERY)
        load.process.wait(60)
        leg.broke_off = load.process.returncode != 0
    except KeyboardInterrupt:
        print("chatd: ended early, judged by what was seen", file=sys.stderr)
    record.keep(leg)


def tell(seconds: float, leg: Leg) -> None:
    """How far it is, to stderr: the figures that are judged are what stdout is for."""
    moment, memory = leg.curves["memory"][-1]
    latency = leg.curves["latency"]
    done = int(TOLD * moment / seconds)
    bar = "█" * done + "░" * (TOLD - done)
    print(
        f"{bar} {moment / 60:.0f} of {seconds / 60:.0f} min  {memory:.1f} MiB, "
        f"{latency[-1][1] if latency else 0:.1f} ms, {leg.lost} lost",
        file=sys.stderr, flush=True,
    )  # fmt: skip


def judged(legs: list[Leg]) -> list[str]:
    """What is wrong, in words; the figures are printed. ``legs``: each long enough to tell."""
    wrong = []
    memory = slope(*(settled(leg.curves["memory"]) for leg in legs))
    print(f"memory      {drift(legs[-1].curves['memory'])[1]:.1f} MiB at the end, {memory} MiB")
    if memory.value >= MOST:
        wrong.append(f"memory grows by {memory.value:.2f} MiB an hour")
    elif memory.high >= MOST:
        # Of minutes no more can be said; hours have to tell.
        uncertain = f"that it stays below {MOST:.0f} MiB an hour is not certain"
        print(f"            {uncertain}")
        if 60 * sum(leg.minutes for leg in legs) >= CERTAIN:
            wrong.append(uncertain)
    for number, leg in enumerate(legs, 1):
        if len(legs) > 1:
            print(f"leg {number}, {leg.minutes:.0f} min, of {leg.day}, {leg.commit}")
        wrong += alone(leg)
    return wrong


def alone(leg: Leg) -> list[str]:
    """What is wrong with one leg, besides its memory."""
    wrong = []
    first, last = drift(settled(leg.curves["peer"]))
    print(f"{'bare relay':11} {first:.1f} ms in the first quarter, {last:.1f} in the last")
    slower = max(1.0, last / first)
    for name, most in (
        ("descriptors", lambda first: first + DESCRIPTORS),
        ("latency", lambda first: slower * LATER * first + 1),
    ):
        first, last = drift(settled(leg.curves[name]))
        print(f"{name:11} {first:.1f} in the first quarter, {last:.1f} in the last")
        if last > most(first):
            wrong.append(f"{name}: {first:.1f} became {last:.1f}")
    first, last = drift(leg.curves["drawn"])
    print(f"the tab     message {first:.0f} in the first quarter, {last:.0f} in the last")
    if last <= first:
        wrong.append("the tab stands still")
    return wrong


def soaked(minutes: float, record: Record) -> None:
    """One leg."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    leg = Leg(commit, datetime.now(UTC).date().isoformat())
    with tempfile.TemporaryDirectory(prefix="chatd-soak-") as made:
        folder = Path(made)
        # A process that is no fork of the tests': its memory is its own.
        with Daemon(folder, LIMITS, command=("env",)) as daemon:
            load = Load(daemon, folder, 60 * minutes, leg)
            browser = Browser(daemon.ca.with_name("server.pem"))
            try:
                look(daemon, load, tab(daemon, browser), 60 * minutes, record)
            finally:
                browser.close()
                load.end()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs.soak")
    parser.add_argument("--minutes", type=float, default=20, help="of all legs together")
    parser.add_argument("--figure", action="store_true", help="write docs/figures/soak.svg")
    parser.add_argument("--record", type=Path, help="keep what is seen there, and go on from it")
    parser.add_argument("--leg", type=float, metavar="MINUTES", help="no more than that at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatd-soak-") as made:
        record = Record(options.record or Path(made) / "soak.json")
        left = options.minutes - record.minutes
        if record.legs:
            print(f"chatd: {record.minutes:.0f} of {options.minutes:.0f} min are in {record.path}")
        if left >= 1:
            soaked(min(left, options.leg or left), record)
    legs = [leg for leg in record.legs if leg.tells]
    if not legs:
        print("chatd: ended before anything could be told", file=sys.stderr)
        return 1
    wrong = judged(legs) + [leg.unwell for leg in record.legs if leg.unwell]
    if options.figure:
        panels = {
            "private memory, MiB": "memory",
            "file descriptors": "descriptors",
            "99 % of messages read by all within, ms": "latency",
            "the same by a bare relay beside it, ms": "peer",
        }
        curves = {title: [leg.curves[name] for leg in legs] for title, name in panels.items()}
        FIGURE.write_text(drawn(curves, f"A soak of {record.minutes:.0f} minutes"), "utf-8")
        print(FIGURE.relative_to(ROOT))
    for line in wrong:
        print(f"chatd: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
