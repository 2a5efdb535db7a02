"""picows: everything anybody says goes to everybody, in its core interface without coroutines.

Run: python -m bench.peers.picows_server PORT CERTIFICATE KEY
"""

import ssl

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from bench.peers import loop

clients: set[WSTransport] = set()


class Listener(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        clients.add(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            payload = frame.get_payload_as_bytes()
            for client in clients:
                client.send(WSMsgType.TEXT, payload)
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        clients.discard(transport)


async def serve(port: int, context: ssl.SSLContext) -> None:
    await ws_create_server(
        lambda request: Listener(), loop.HOST, port, ssl=context, backlog=loop.BACKLOG
    )


if __name__ == "__main__":
    loop.main(serve)
