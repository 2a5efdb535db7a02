"""`python -m bench`: chatd and a plain Autobahn server in turn, on the same cores, in one run."""

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from bench import load, measure, people, report, servers
from bench.cores import Company, cores
from bench.measure import Missing, Scale

SMOKE = Scale(
    clients=20,
    rounds=1,
    light_seconds=1.0,
    step_seconds=0.3,
    sends_seconds=0.5,
    pipelining=10,
    searches=False,
)
DATA = servers.ROOT / "var"
RESULTS = Path(__file__).parent / "results"
DOCUMENT = servers.ROOT / "docs" / "performance.md"


class Bench:
    """One run in a folder of its own, below var/: on a real disk, as a server's would be."""

    def __init__(self, scale: Scale, folder: Path, program: Path) -> None:
        self.scale = scale
        self.folder = folder
        self.program = program
        self.core, self.load_core = cores()
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:5.0f} s  {text}", file=sys.stderr, flush=True)

    def run(self) -> dict[str, list[dict[str, float]]]:
        """Figures of every round, by server."""
        found: dict[str, list[dict[str, float]]] = {"chatd": [], "autobahn": []}
        self.port = servers.prepare_chatd(self.folder)
        self.say(f"making {self.scale.clients} accounts with their rooms")
        with servers.chatd(self.folder, self.port, self.core) as server:
            self.people = people.invite(server, self.folder, self.scale.clients)
            with self._load(server, "-", self.people.first_visit()) as first:
                measure.joined(first.tell("connect", 32), self.scale)
        for number in range(1, self.scale.rounds + 1):
            of = f"round {number} of {self.scale.rounds}"
            found["chatd"].append(self._chatd(of))
            found["autobahn"].append(self._autobahn(of))
        return found

    def _chatd(self, of: str) -> dict[str, float]:
        room = self.people.rooms[0][0]
        with servers.chatd(self.folder, self.port, self.core) as server:
            with self._load(server, room, self.people.coming_back()) as crowd:
                figures = self._crowd(crowd, server, of)
            with self._load(server, room, self.people.silent(self.scale.pipelining)) as senders:
                figures |= measure.sends(senders, server, self.scale, self.say)
        return figures

    def _autobahn(self, of: str) -> dict[str, float]:
        with (
            servers.autobahn(self.folder, self.core) as server,
            self._load(server, "", [("", [])] * self.scale.clients) as crowd,
        ):
            return self._crowd(crowd, server, of)

    def _crowd(self, crowd: load.Load, server: servers.Server, of: str) -> dict[str, float]:
        self.say(f"{of}: {server.name}, {self.scale.clients} clients")
        company = Company(self.core, server.pid)
        figures = measure.connect(crowd, server, self.scale, self.say)
        figures |= measure.light(crowd, server, self.scale, self.say)
        if self.scale.searches:
            figures |= measure.most(crowd, self.scale, self.say)
        return figures | {"others_cpu": company.share()}

    def _load(
        self, server: servers.Server, room: str, clients: list[tuple[str, list[str]]]
    ) -> load.Load:
        return load.Load(
            self.program,
            server.port,
            room=room,
            people=clients,
            folder=self.folder,
            core=self.load_core,
            server=server.pid,
        )


def main() -> int:
    options = _options()
    scale = SMOKE if options.smoke else Scale(clients=options.clients, rounds=options.rounds)
    DATA.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=DATA))
    try:
        bench = Bench(scale, folder, load.build(DATA / "bench"))
        found = bench.run()
    except (Missing, load.LoadError, servers.ServerError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _show(found, scale, bench, options)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a few clients, a few seconds")
    parser.add_argument("--clients", type=int, default=1000, help="in the one room (1000)")
    parser.add_argument("--rounds", type=int, default=3, help="each server so many times (3)")
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs/performance.md"
    )
    return parser.parse_args()


def _show(
    found: dict[str, list[dict[str, float]]],
    scale: Scale,
    bench: Bench,
    options: argparse.Namespace,
) -> None:
    lines = report.table(found["chatd"], found["autobahn"])
    share = report.load_share([*found["chatd"], *found["autobahn"]])
    where = report.machine()
    print(f"\n{scale.clients} wss clients in one room, TLS 1.3, messages of 128 bytes\n")
    print(report.as_text(lines))
    print(f"\n{share}\n{where}.")
    if bench.core == bench.load_core:
        print("Server and load shared one core: compare with care.")
    if options.smoke:
        return
    content = {"machine": where, "scale": asdict(scale), "rounds": found}
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    report.write_json(path, content)
    print(f"Written to {path.relative_to(servers.ROOT)}.")
    if options.write:
        notes = [f"{report.today()}: {where}. {share}"]
        report.write_document(DOCUMENT, report.as_markdown(lines, notes))


if __name__ == "__main__":
    sys.exit(main())
