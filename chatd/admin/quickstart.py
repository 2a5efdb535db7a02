"""The first configuration: a folder from which chatd serves this machine, made once and kept."""

import errno
import re
import secrets
import socket
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chatd.admin import local_ca
from chatd.admin.files import private_folder, write_private

DEFAULT_PORT = 8443
LOOPBACK = {"127.0.0.1": socket.AF_INET, "[::1]": socket.AF_INET6}

TEMPLATE = """\
# Written by `chatctl quickstart`, yours to edit: it is kept as you leave it.
# `chatctl settings` lists all settings with unit and default. Paths are relative to this file.

[server]
listen = [{listen}]
public_url = "https://localhost:{port}"

[tls]
certificate = "tls/server.pem"
key = "tls/server.key"

[store]
path = "state"

[accounts]
secret_file = "secrets/server.key"
"""


class QuickstartError(Exception):
    """One sentence for people: what is in the way and what to do."""


@dataclass(frozen=True)
class Quickstart:
    """What the folder holds now; `notes` say in sentences what was made, empty if nothing was."""

    config: Path
    authority: Path
    notes: tuple[str, ...]


def quickstart(
    folder: Path, port: int | None = None, *, now: datetime, names: Sequence[str]
) -> Quickstart:
    """Make in `folder` whatever configuration, certificate and state are missing; keep the rest.

    `port`: None keeps the configured one (8443 at first), any other is written down. `now`: with a
    time zone; `names`: the DNS names to serve. Raises QuickstartError, also if the port is taken.
    """
    try:
        for path in (folder, *(folder / name for name in ("state", "secrets", "log"))):
            private_folder(path)
        secret = folder / "secrets" / "server.key"
        if not secret.exists():
            # Text, so that no reader can strip a random byte that looks like white space.
            write_private(secret, secrets.token_urlsafe(48).encode() + b"\n")
        config = folder / "chatd.toml"
        notes = _configure(config, port)
        issued = local_ca.ensure(folder / "tls", names, now)
    except OSError as error:
        raise QuickstartError(
            f"{error.filename or folder}: {error.strerror}; "
            "the folder must be yours to write, on a disk with free space."
        ) from error
    if issued.is_new_authority:
        notes.append(
            f"Made a certificate authority for {', '.join(names)} and loopback alone: "
            f"{shown(issued.authority)}. Trust this one; an earlier one no longer counts."
        )
    elif issued.is_new_certificate:
        notes.append("Renewed the server's certificate; its authority is the same.")
    return Quickstart(config, issued.authority, tuple(notes))


def render(port: int) -> str:
    """The text of the first chatd.toml: loopback only, of the kinds that this machine has."""
    hosts = [host for host, family in LOOPBACK.items() if _bind_error(family, host, 0) is None]
    listen = ", ".join(f'"{host}:{port}"' for host in hosts)
    return TEMPLATE.format(listen=listen, port=port)


def shown(path: Path) -> str:
    """`path` as people type it: relative if it lies below the working folder."""
    path, here = path.absolute(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _configure(config: Path, port: int | None) -> list[str]:
    """Write the configuration if it must change; returns what was done, in sentences."""
    if port is not None and not 0 < port < 65536:
        raise QuickstartError(f"{port} is no port: choose one from 1 to 65535, such as 9443.")
    done = []
    if config.exists():
        text = config.read_text(encoding="utf-8")
    else:
        text = render(port or DEFAULT_PORT)
        done.append(f"Wrote the first configuration: {shown(config)}.")
    server = _server(text, config)
    if port is not None and not _all_on(server, port):
        text = _with_port(text, port)
        server = _server(text, config)
        if not _all_on(server, port):
            raise QuickstartError(
                f"{shown(config)} has addresses of your own: change the port there, not by PORT."
            )
        done.append(f"Moved to port {port}, from now on: {shown(config)}.")
    _check_free(server, config)
    if done:
        write_private(config, text.encode())
    return done


def _server(text: str, config: Path) -> dict[str, Any]:
    """The section [server]; whatever else is wrong in it, the daemon says with its line."""
    try:
        server = tomllib.loads(text).get("server")
    except (ValueError, RecursionError) as error:
        raise QuickstartError(f"{shown(config)} is not TOML: {error}.") from error
    return server if isinstance(server, dict) else {}


def _listen(server: dict[str, Any]) -> list[str]:
    listen = server.get("listen")
    return [str(address) for address in listen] if isinstance(listen, list) else []


def _all_on(server: dict[str, Any], port: int) -> bool:
    addresses = [*_listen(server), str(server.get("public_url"))]
    return all(address.endswith(f":{port}") for address in addresses)


def _with_port(text: str, port: int) -> str:
    def moved(line: re.Match[str]) -> str:
        return re.sub(r"(127\.0\.0\.1|\[::1\]|localhost):\d+", rf"\g<1>:{port}", line[0])

    return re.sub(r"^\s*(listen|public_url)\s*=.*$", moved, text, flags=re.MULTILINE)


def _check_free(server: dict[str, Any], config: Path) -> None:
    """Say now what twistd would say with a traceback. What is not loopback is not ours to judge."""
    for address in _listen(server):
        host, _, digits = address.rpartition(":")
        if host not in LOOPBACK or not digits.isdecimal():
            continue
        error = _bind_error(LOOPBACK[host], host, int(digits))
        if error == errno.EADDRINUSE:
            raise QuickstartError(
                f"port {digits} is taken, perhaps by an earlier chatd: "
                "stop that, or choose another: make run PORT=9443"
            )
        if error in (errno.EACCES, errno.EPERM):
            raise QuickstartError(
                f"port {digits} needs more rights than yours; choose another: make run PORT=8443"
            )
        if error is not None:
            raise QuickstartError(
                f"this machine has no {address}: take it out of listen in {shown(config)}."
            )


def _bind_error(family: int, host: str, port: int) -> int | None:
    """The errno that listening there would meet, or None."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As Twisted does: connections that linger from an earlier run are no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), port))
    except OSError as error:
        return error.errno
    return None
