"""Listening sockets that systemd hands over: a socket unit's, and those it kept for us while the
daemon was restarted, in which connections have been waiting (sd_listen_fds(3))."""

import os
import socket
from dataclasses import dataclass

from twisted.internet.endpoints import _SystemdParser
from twisted.python.systemd import ListenFDs

#: How the names of our own sockets in systemd's store begin.
OURS = "kept."


@dataclass(frozen=True, slots=True)
class Inherited:
    """``name``: of the unit that the socket belongs to, or what we called it when it was kept."""

    name: str
    socket: socket.socket

    @property
    def kept(self) -> bool:
        """Whether it is our own from an earlier run, not a socket unit's."""
        return self.name.startswith(OURS)


def handed_over() -> ListenFDs:
    """Twisted takes the variables of sd_listen_fds(3) out of the environment when its endpoints are
    loaded, which is before any of our code; this is what it found."""
    found: ListenFDs = _SystemdParser._sddaemon
    return found


class NotTcp(Exception):
    """A socket unit listens on a path; the sentence says what to do."""


def inherited(given: ListenFDs) -> tuple[Inherited, ...]:
    """Every listening TCP socket among the descriptors; anything else is closed, except that a
    listening Unix socket is `NotTcp`: anyone who connects there would wait for ever."""
    names = {number: name for name, number in given.inheritedNamedDescriptors().items()}
    found = []
    for number in given.inheritedDescriptors():
        try:
            opened = socket.socket(fileno=number)
        except OSError:
            os.close(number)
            continue
        opened.set_inheritable(False)
        if opened.family == socket.AF_UNIX and _listens(opened):
            unit = names.get(number) or "the socket unit"
            raise NotTcp(
                f"{unit} listens on the path {os.fsdecode(opened.getsockname())}, and chatd speaks"
                " over TCP alone: give its ListenStream= a port or an address with one, such as"
                " 443 or 127.0.0.1:8443, and let a proxy on this machine connect there."
            )
        if opened.family != socket.AF_UNIX and _listens(opened):
            opened.setblocking(False)
            # If several sockets of one unit share its name, only one is named there.
            found.append(Inherited(names.get(number, ""), opened))
        else:
            opened.close()
    return tuple(found)


def name_of(opened: socket.socket) -> str:
    """What our own socket is called in systemd's store; it must not contain a colon."""
    host, port = opened.getsockname()[:2]
    return kept_name(host, port)


def kept_name(host: str, port: int) -> str:
    """As `name_of`, for a socket bound to that address."""
    return f"{OURS}{host.replace(':', '_')}.{port}"


def _listens(opened: socket.socket) -> bool:
    if opened.family not in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        return False
    if opened.type != socket.SOCK_STREAM:
        return False
    return bool(opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
