"""Where a row is played: servers come up on one core, the load on the other, one at a time."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench import catalogue, servers, town
from bench.catalogue import LAUNCHERS, Launcher
from bench.cores import Company, cores
from bench.kit import Kit
from bench.load import Load
from bench.measure import Scale
from bench.names import CHATD, title
from bench.servers import Server
from bench.town import Person, Town

Say = Callable[[str], None]


class Stage:
    """`folder` is on a real disk, as a server's data would be. A chatd keeps its folder, and what
    was said there, from one round to the next."""

    def __init__(
        self,
        folder: Path,
        kit: Kit,
        scale: Scale,
        say: Say,
        launchers: Mapping[str, Launcher] = LAUNCHERS,
    ) -> None:
        self.folder = folder
        self.kit = kit
        self.scale = scale
        self.say = say
        self.core, self.load_core = cores()
        #: The largest part of the server's core that other programs took, 0 to 1.
        self.others = 0.0
        #: What a row remembers from one round to the next.
        self.memory: dict[tuple[str, str], float] = {}
        self._launchers = launchers
        self._loads = 0
        self._towns: dict[Town, tuple[Path, int, list[Person]]] = {}

    @contextlib.contextmanager
    def crowd(self, name: str, shape: Town) -> Iterator[tuple[Server, Load]]:
        """The server `name`, and a client for each of the town's people, not yet connected."""
        with self.server(name, shape) as server, self.load(server, name, shape) as load:
            yield server, load

    @contextlib.contextmanager
    def server(self, name: str, shape: Town) -> Iterator[Server]:
        if name == CHATD:
            folder, port, _ = self._town(shape)
            up = servers.chatd(folder, port, self.core)
        else:
            launch = self._launchers[name](self.kit)
            port = servers.free_port()
            words = catalogue.command(launch, port, self._tls())
            output = self.folder / f"output-{name}"
            surroundings = catalogue.environment(launch)
            up = servers.peer(title(name), words, port, output, self.core, surroundings)
        with up as server:
            company = Company(self.core, server.pid)
            yield server
            with contextlib.suppress(OSError):  # a row may have ended it to start it again
                self.others = max(self.others, company.share())

    def load(self, server: Server, name: str, shape: Town, people: slice = slice(None)) -> Load:
        """Clients for some of the town's people."""
        everybody = self.people(shape) if name == CHATD else town.anonymous(shape.people)
        self._loads += 1
        return Load(
            self.kit.load,
            server.port,
            chatd=name == CHATD,
            people=everybody[people],
            listed=self.folder / f"people-{self._loads}",
            core=self.load_core,
            server=server.pid,
        )

    def people(self, shape: Town) -> list[Person]:
        return self._town(shape)[2]

    def folder_of(self, shape: Town) -> Path:
        """Where that town's chatd lives."""
        return self._town(shape)[0]

    def forget(self, shape: Town) -> None:
        """Gives back the disk that a town took."""
        shutil.rmtree(self._towns.pop(shape)[0])

    def _town(self, shape: Town) -> tuple[Path, int, list[Person]]:
        if shape not in self._towns:
            began = time.monotonic()
            folder = self.folder / f"t{len(self._towns)}-{self._loads}"
            port = servers.prepare_chatd(folder)
            people = town.build(shape, folder / "state")
            self._towns[shape] = folder, port, people
            self.say(f"made a {shape.name} ({time.monotonic() - began:.1f} s)")
        return self._towns[shape]

    def _tls(self) -> Path:
        """A certificate of the same kind as chatd's for the peers."""
        folder = self.folder / "peers"
        if not folder.exists():
            servers.prepare_chatd(folder)
        return folder / "tls"
