"""A mail server on loopback, in a thread, that takes whatever it is given (RFC 5321, the least)."""

import socketserver
import threading
import time
from email import message_from_bytes, policy
from email.message import EmailMessage


class _Talk(socketserver.StreamRequestHandler):
    server: "Mailbox"

    def handle(self) -> None:
        self._say("220 mail.localhost")
        to = ""
        while line := self.rfile.readline(2048):
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                content = b""
                while (part := self.rfile.readline(4096)) not in (b".\r\n", b""):
                    content += part.removeprefix(b".")
                self.server.taken.append((to, content))
            elif word == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
            elif word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Mailbox(socketserver.ThreadingTCPServer):
    """``taken``: to whom, and the message's bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[tuple[str, bytes]] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def mail(self, number: int, seconds: float = 15.0) -> tuple[str, EmailMessage]:
        """The mail of that number, from 1 on; waited for."""
        deadline = time.monotonic() + seconds
        while len(self.taken) < number:
            assert time.monotonic() < deadline, "no mail came"
            time.sleep(0.05)
        to, content = self.taken[number - 1]
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return to, message

    def close(self) -> None:
        self.shutdown()
        self.server_close()
