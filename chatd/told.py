"""What an operator is told about the daemon: its state, and the first steps with a new one."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd import __version__
from chatd.auth.invitations import Invitations
from chatd.auth.pulse import Pulse
from chatd.config.settings import Settings
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.build import Edge
from chatd.edge.door_shared import Door
from chatd.engine.origin import Origin
from chatd.fanout.hub import Hub
from chatd.parts import public_url
from chatd.store.store import SqliteStore

log = Logger(namespace="chatd")


def status(edge: Edge, door: Door, store: SqliteStore, webhook: Any, push: Any) -> dict[str, Any]:
    """What `chatctl status` shows of a running daemon."""
    counters = door.counters
    return {
        "connections": len(edge.connections),
        "opened": edge.connections.opened,
        "accepted": counters.accepted,
        "handshakes": counters.handshakes,
        "resumed": counters.resumed,
        "refused": sum(counters.refused.values()),
        "search": store.search_index,
        "webhook": webhook.summary(),
        "push": "off" if push is None else push.summary(),
        "pid": os.getpid(),
    }


def visit(pulse: Pulse, settings: Settings) -> dict[str, Any]:
    """What `chatctl doctor` needs to look at this daemon from outside."""
    return {"secret": pulse.visit(), "pid": os.getpid(), "public_url": public_url(settings)}


def state(edge: Edge, hub: Hub, not_ready: Mapping[str, str], warning: str | None) -> str:
    """One line for `systemctl status`; ``warning``: what will go wrong unless somebody acts."""
    how = f"In trouble ({'; '.join(not_ready.values())})" if not_ready else "Serving"
    rooms = sum(1 for channel in hub.books.channels.values() if channel.open)
    said = f"{how}: {len(edge.connections)} connections, {rooms} rooms in view; chatd {__version__}"
    return f"{said}; {warning}" if warning else said


def is_ready(url: str, short: str | None) -> None:
    """``short``: why nothing can be stored."""
    log.info("ready: {url}", url=url)
    if short is not None:
        log.warn("{short}: nothing new is stored; people can read and not write", short=short)


def cannot_start(failure: Failure) -> None:
    """Says so in the log, and where somebody may be looking."""
    if isinstance(failure.value, Refusal):
        log.error("chatd cannot start: {why}", why=failure.value.message)
        why = f": {failure.value.message}"
    else:
        log.failure("chatd cannot start", failure)
        why = ", by a mistake of ours; the log says which."
    # twistd sends what is printed to the log.
    with suppress(OSError):
        os.write(2, f"chatd: it cannot start{why}\n".encode())


async def first_steps(
    settings: Settings, path: Path, store: SqliteStore, invitations: Invitations
) -> None:
    """Prints where it is and what comes next, with a link for the first administrator of an empty
    store."""
    from chatd.admin.banner import banner, show

    link = trouble = None
    if not await store.invitations() and not await store.users(None, 1):
        try:
            made = await invitations.create_setup()
        except Refusal as refusal:
            log.warn("no link for the first administrator: {why}", why=refusal.message)
            made, trouble = None, refusal.message
            if refusal.code is Code.STORAGE_FULL:
                trouble += " Make room, or set store.free_bytes lower."
        if made is not None:
            link = f"{public_url(settings)}/#setup={made.secret}"
    show(
        banner(
            public_url=public_url(settings),
            config=path,
            state=Path(settings.store.path),
            authority=Path(settings.tls.certificate).parent / "ca.pem",
            first_administrator=link,
            has_administrator=await store.has_admin(),
            trouble=trouble,
        )
    )


def log_fault(
    *, what: str, reference: str, failure: BaseException, origin: Origin, request: int | None
) -> None:
    """Logs a bug under the reference given to whoever met it."""
    where = ", connection {connection}, request {request} of {user}" if origin.connection else ""
    log.failure(
        "fault {reference} in {what}" + where,
        Failure(failure, type(failure), failure.__traceback__),
        reference=reference,
        what=what,
        connection=origin.connection,
        request=request,
        user=origin.user,
    )
