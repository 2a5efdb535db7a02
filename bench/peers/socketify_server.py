"""socketify, which is uWebSockets with Python handlers: everybody subscribes to one topic, and
everything anybody says is published there.

Run: python -m bench.peers.socketify_server PORT CERTIFICATE KEY
"""

import sys
from typing import Any

from socketify import App, AppListenOptions, AppOptions, CompressOptions

TOPIC = "all"


def main(port: int, certificate: str, key: str) -> None:
    app = App(AppOptions(key_file_name=key, cert_file_name=certificate))

    def opened(socket: Any) -> None:
        socket.subscribe(TOPIC)

    def said(socket: Any, message: Any, opcode: Any) -> None:
        app.publish(TOPIC, message, opcode)

    app.ws(
        "/*",
        {
            "compression": CompressOptions.DISABLED,
            "max_backpressure": 64 * 1024 * 1024,
            "idle_timeout": 120,
            "open": opened,
            "message": said,
        },
    )
    app.listen(AppListenOptions(port=port, host="127.0.0.1"))
    app.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
