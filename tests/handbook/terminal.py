"""Lines typed at a terminal, for what asks, draws or waits there."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from typing import Self

from tests.handbook.machine import Machine

#: Seconds within which something has to be on the screen.
PATIENCE = 20.0
#: What moves the cursor and colours. (One that comes in two parts stays.)
ESCAPE = re.compile(r"\x1b(?:\[[?0-9;]*\$?[a-zA-Z]|\)0)")


class Typing:
    """``script`` in a bash of ``machine``, at a terminal of 24 lines; ``home`` has its profiles."""

    def __init__(self, machine: Machine, script: str, home: str, **environment: str) -> None:
        self.printed = ""
        folder = machine.folder / home
        folder.mkdir()
        self._screen, line = pty.openpty()
        fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            ["bash", "-euc", machine.here(script)],
            cwd=machine.checkout,
            env={
                **machine.environment(),
                "XDG_CONFIG_HOME": str(folder),
                "TERM": "xterm-256color",
                **environment,
            },
            stdin=line,
            stdout=line,
            stderr=line,
            start_new_session=True,
        )
        os.close(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._screen)

    def sees(self, pattern: str) -> str:
        """What has been printed, once that is in it."""
        assert self.shows(pattern, PATIENCE), (pattern, self.printed)
        return self.printed

    def shows(self, pattern: str, seconds: float) -> bool:
        """Whether that is in it within so many seconds."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.printed):
            if time.monotonic() > deadline or not self._more():
                return False
        return True

    def interrupt(self) -> None:
        """Ctrl-C, of what took the shell's place."""
        self._process.send_signal(signal.SIGINT)

    def ended(self, pressing: str = "") -> int:
        """The exit code, once it has ended. ``pressing``: a key that ends it, pressed again until
        it does: what is pressed while a program takes the terminal over is lost."""
        deadline = time.monotonic() + PATIENCE
        again = 0.0
        while self._more():
            now = time.monotonic()
            assert now < deadline, self.printed
            if pressing and now > again:
                os.write(self._screen, pressing.encode())
                again = now + 0.5
        return self._process.wait(PATIENCE)

    def _more(self) -> bool:
        """Reads on; whether more may come."""
        if not select.select([self._screen], [], [], 0.05)[0]:
            return True
        try:
            text = os.read(self._screen, 65536).decode("utf-8", "replace")
        except OSError:  # nobody has the other end any more
            return False
        self.printed += ESCAPE.sub("", text.replace("\r\n", "\n"))
        return True
