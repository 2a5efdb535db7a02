"""aiohttp: everything anybody says goes to everybody, one `send_str` after the other.

Run: python -m bench.peers.aiohttp_server PORT CERTIFICATE KEY
"""

import contextlib
import ssl

from aiohttp import WSMsgType, web

from bench.peers import loop

clients: set[web.WebSocketResponse] = set()


async def handle(request: web.Request) -> web.WebSocketResponse:
    response = web.WebSocketResponse(compress=False)
    await response.prepare(request)
    clients.add(response)
    try:
        async for message in response:
            if message.type is WSMsgType.TEXT:
                await _broadcast(message.data)
    finally:
        clients.discard(response)
    return response


async def _broadcast(text: str) -> None:
    for client in tuple(clients):
        with contextlib.suppress(ConnectionError):
            await client.send_str(text)


async def serve(port: int, context: ssl.SSLContext) -> None:
    app = web.Application()
    app.router.add_get("/ws", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, loop.HOST, port, ssl_context=context, backlog=loop.BACKLOG)
    await site.start()


if __name__ == "__main__":
    loop.main(serve)
