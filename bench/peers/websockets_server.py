"""websockets: everything anybody says goes to everybody, with its `broadcast`, as its page on
broadcasting advises; without compression, as its page on memory advises.

Run: python -m bench.peers.websockets_server PORT CERTIFICATE KEY
"""

import contextlib
import ssl

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed

from bench.peers import loop

clients: set[ServerConnection] = set()


async def handle(connection: ServerConnection) -> None:
    clients.add(connection)
    try:
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                broadcast(clients, message)
    finally:
        clients.discard(connection)


async def serve(port: int, context: ssl.SSLContext) -> None:
    await listen(handle, loop.HOST, port, ssl=context, compression=None, backlog=loop.BACKLOG)


if __name__ == "__main__":
    loop.main(serve)
