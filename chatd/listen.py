"""Listening sockets: bound first, with whatever rights that takes, or handed over by systemd, and
served later."""

import errno
import socket
from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IListeningPort

from chatd.config.settings import Settings
from chatd.edge.door import listen
from chatd.edge.door_shared import Door
from chatd.edge.tls import Certificates
from chatd.systemd.inherited import Inherited, kept_name, name_of

#: How many may wait to be accepted while the reactor is busy or chatd restarts (conf/sysctl.d has
#: the figures); the kernel takes at most net.core.somaxconn.
BACKLOG = 4096


class CannotListen(Exception):
    """An address cannot be had: which, why, and what to do."""


def bind(addresses: list[str], given: Sequence[Inherited] = ()) -> list[socket.socket]:
    """A listening socket for each "host:port", all or none; of those that systemd has ``given``
    back, the ones for these addresses. Sockets of a socket unit take the place of all addresses."""
    units = [each.socket for each in given if not each.kept]
    kept = {name_of(each.socket): each.socket for each in given if each.kept}
    bound = units
    try:
        for text in addresses if not units else ():
            host, _, port = text.rpartition(":")
            host = host.strip("[]")
            again = kept.pop(kept_name(host, int(port)), None)
            bound.append(again or _bind(text, host, int(port)))
    except CannotListen:
        for opened in bound:
            opened.close()
        raise
    finally:
        for opened in kept.values():
            opened.close()
    return bound


def _bind(text: str, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
        opened.listen(BACKLOG)
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        raise CannotListen(_why(text, error)) from None
    return opened


def _why(text: str, error: OSError) -> str:
    port = text.rpartition(":")[2]
    if error.errno == errno.EADDRINUSE:
        return (
            f"{text} is taken by another program: stop that one (`ss -ltnp 'sport = :{port}'`"
            " names it), or change server.listen."
        )
    if error.errno == errno.EACCES:
        return (
            f"{text}: ports below 1024 take the right CAP_NET_BIND_SERVICE: let systemd start"
            " chatd, or choose a higher port in server.listen."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{text} is no address of this machine: change server.listen."
    return f"{text} cannot be listened on: {error.strerror}; change server.listen."


def serve(
    reactor: Any,
    sockets: list[socket.socket],
    factory: Any,
    certificates: Certificates | None,
    door: Door,
    settings: Settings,
) -> list[IListeningPort]:
    """Serves ``factory`` on sockets from `bind`, which are then the ports' own. Without
    ``certificates`` it speaks plain HTTP, for a proxy on this machine that ends TLS."""
    ports: list[IListeningPort] = []
    server = settings.server
    announced = server.forwarded_by == "proxy-v2"
    for opened in sockets:
        host, port = opened.getsockname()[:2]
        ports.append(
            listen(
                reactor,
                host,
                port,
                certificates,
                factory,
                proxies=server.proxies if announced else (),
                exempt=() if announced else server.proxies,
                adopt_fd=opened.fileno(),
                stock_tls=settings.tls.stock,
                door=door,
            )
        )
        opened.close()
    return ports
