"""Each peer with the line that starts it."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.kit import PEERS, Kit


@dataclass(frozen=True)
class Launch:
    """A command, to which port, certificate and key are added, and its environment."""

    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()


#: Raises Lacking where the peer cannot run.
Launcher = Callable[[Kit], Launch]


def _python(module: str) -> Launcher:
    return lambda kit: Launch([str(kit.python), "-m", f"bench.peers.{module}"])


def _node(kit: Kit) -> Launch:
    modules = kit.node
    node = shutil.which("node") or "node"
    return Launch([node, str(PEERS / "node" / "ws_server.cjs")], {"NODE_PATH": str(modules)})


def _ratchet(kit: Kit) -> Launch:
    loader = kit.ratchet
    words = [shutil.which("php") or "php", "-d", "opcache.enable_cli=1", "-d", "memory_limit=-1"]
    return Launch([*words, str(PEERS / "ratchet" / "server.php"), str(loader)])


LAUNCHERS: dict[str, Launcher] = {
    "floor": lambda kit: Launch([str(kit.floor)], after=("joined",)),
    "floor-plain": lambda kit: Launch([str(kit.floor)]),
    "socketify": _python("socketify_server"),
    "ws": _node,
    "picows": _python("picows_server"),
    "websockets": _python("websockets_server"),
    "aiohttp": _python("aiohttp_server"),
    "autobahn": lambda kit: Launch([sys.executable, "-m", "bench.peers.autobahn_server"]),
    "ratchet": _ratchet,
}


def environment(launch: Launch) -> dict[str, str]:
    return {**os.environ, **launch.environment}


def command(launch: Launch, port: int, tls: Path) -> list[str]:
    pair = [str(tls / "server.pem"), str(tls / "server.key")]
    return [*launch.words, str(port), *pair, *launch.after]
