"""What the kernel has not sent yet."""

import fcntl
import struct
import termios
from typing import Any


def in_send_queue(connection: Any) -> int:
    """Bytes in the kernel's send queue of what has a `fileno`, headers of TLS records included; 0
    when unknown."""
    try:
        answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
    except (OSError, AttributeError, ValueError):
        return 0
    return int(struct.unpack("i", answer)[0])
