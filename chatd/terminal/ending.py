"""The end that comes from outside: the terminal is closed."""

import signal
from typing import Any


def end_with_terminal(reactor: Any) -> None:
    """Without its terminal it ends as with Ctrl-C; under `nohup` it goes on."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reactor.stop))
