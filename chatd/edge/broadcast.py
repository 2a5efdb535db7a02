"""The innermost loop: the same bytes to each of a thousand readers, an SSL_write for each, or one
for each record.

Handing them down through outbox, WebSocket and transport takes five calls in Python and five
objects that are in no cache: a fifth of all that a delivery costs. While nothing is in the way, the
transport lends its TLS connection to the outbox (`TlsTransport.lend`), and takes it back before
anything gets in the way: bytes that the kernel refused, a close frame, a tap, an end. If it has, or
never lent it (plain TCP and Twisted's TLS do not), the outbox is asked as always; so
`fanout.turn.plainly` is the reference, and tests compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from OpenSSL.SSL import _lib  # type: ignore[attr-defined]

from chatd.edge.transport_opened import RECORD_BYTES
from chatd.session.outbox import Outbox

_ssl_write = _lib.SSL_write


def broadcast(outboxes: Iterator[Outbox], data: bytes) -> None:
    """If one raises, ``outboxes`` stands just after it."""
    size = len(data)
    if size > RECORD_BYTES:
        _broadcast_records(outboxes, data)
        return
    for outbox in outboxes:
        straight = outbox.straight
        if straight is None:
            outbox.write(data)
        elif (sent := _ssl_write(straight, data, size)) == size:
            outbox.accepted += size
        else:
            outbox.fell_short(data, sent)


def _broadcast_records(outboxes: Iterator[Outbox], data: bytes) -> None:
    """An SSL_write takes no more than a record. Much is joined when there is much to do: no time to
    have each connection keep the rest and take it up again."""
    records = [
        (record := data[at : at + RECORD_BYTES], len(record))
        for at in range(0, len(data), RECORD_BYTES)
    ]
    for outbox in outboxes:
        straight = outbox.straight
        if straight is None:
            outbox.write(data)
            continue
        sent = 0
        for record, size in records:
            took = _ssl_write(straight, record, size)
            if took != size:
                # Nothing or an error, unless some of it went: what follows that is tried again.
                outbox.fell_short(data, sent + max(took, 0) or took)
                break
            sent += size
        else:
            outbox.accepted += sent
