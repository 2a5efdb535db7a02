"""What the asyncio peers share: their arguments, TLS 1.3, uvloop, and running until killed."""

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable

import uvloop

Serve = Callable[[int, ssl.SSLContext], Awaitable[None]]

HOST = "127.0.0.1"
BACKLOG = 1024


def main(serve: Serve) -> None:
    """The arguments: PORT CERTIFICATE KEY."""
    port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    uvloop.run(_forever(serve, int(port), context))


async def _forever(serve: Serve, port: int, context: ssl.SSLContext) -> None:
    await serve(port, context)
    await asyncio.Event().wait()
