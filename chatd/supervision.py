"""What the service manager hands over, is told about the daemon, and keeps for it."""

import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from chatd.config.settings import Server, Settings
from chatd.engine.ports import Scheduler
from chatd.parts import public_url
from chatd.systemd.inherited import Inherited, handed_over, inherited, name_of
from chatd.systemd.notify import Notifier
from chatd.systemd.round_trip import RoundTrip, loopback
from chatd.systemd.watchdog import Watchdog


class Supervision:
    """Made before anything else opens files: what was handed over is known by its descriptor."""

    def __init__(self) -> None:
        self.given: Sequence[Inherited] = inherited(handed_over())
        self.notifier = Notifier.from_environment(os.environ)
        self._watchdog: Watchdog | None = None

    def where(self, settings: Settings) -> Settings:
        """The settings with the addresses of a socket unit, if any, in place of server.listen: what
        is unsafe there has to be found too."""
        given = [_address(each.socket) for each in self.given if not each.kept]
        if not given:
            return settings
        return replace(settings, server=replace(settings.server, listen=given))

    def keep(self, sockets: Sequence[socket.socket]) -> None:
        """From now on the sockets outlive a restart: whoever connects meanwhile waits in them.
        Those of a socket unit always do."""
        if all(each.kept for each in self.given):
            before = {each.name for each in self.given}
            names = {name_of(opened): opened for opened in sockets}
            for name in before - names.keys():
                self.notifier.let_go(name)
            for name in names.keys() - before:
                self.notifier.keep(name, names[name].fileno())
        self.given = ()

    def ready(
        self,
        reactor: Any,
        scheduler: Scheduler,
        settings: Settings,
        where: tuple[str, int],
        protocol: str,
        progress: Callable[[], tuple[int, bool]],
        status: Callable[[], str],
    ) -> None:
        """It serves. ``where``: an address it listens on; ``protocol``: see `RoundTrip`;
        ``progress``, ``status``: see `Watchdog`."""
        host, port = loopback(where[0]), where[1]
        round_trip = RoundTrip(
            reactor,
            (host, port),
            public_url(settings).removeprefix("https://").partition("/")[0],
            protocol,
            tls=not settings.tls.terminated,
            announced=_announced(settings.server, host),
        )
        self._watchdog = Watchdog(self.notifier, scheduler, round_trip, progress, status)
        self.notifier.ready(status())
        self._watchdog.start()

    def stopping(self) -> None:
        self.notifier.stopping()
        if self._watchdog is not None:
            self._watchdog.stop()
            self._watchdog = None


def _address(opened: socket.socket) -> str:
    host, port = opened.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _announced(server: Server, host: str) -> bool:
    """Whether a connection from ``host`` has to begin with a PROXY header."""
    if server.forwarded_by != "proxy-v2":
        return False
    return any(ip_address(host) in ip_network(network) for network in server.proxies)


def exit_failed() -> None:
    """Ends the process with a status that says so, at its very end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
