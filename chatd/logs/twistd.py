"""How the observer gets to twistd, which has its own way to choose one.

twistd asks, in this order: its option ``--logger``; the application, for an `ILogObserver`; its
options ``--syslog`` and ``--logfile``. The application is made just after our service, so the
service hands it the observer when it is added to it, before the first line is logged. The file is
the one that twistd itself would have opened; ``--logger`` and ``--syslog`` stay twistd's own, and
[log] has no part in them.
"""

import signal
import sys
from collections.abc import Mapping
from typing import Any, TextIO, cast

from twisted.logger import ILogObserver
from twisted.python.components import Componentized
from twisted.python.logfile import LogFile

from chatd.config.settings_log import Log
from chatd.logs.observer import Observer


def observer(options: Mapping[str, Any] | None, settings: Log) -> Observer | None:
    """What to log with, None if twistd's ``options`` (without ours) choose another way."""
    if options is None or options.get("syslog") or options.get("logger"):
        return None
    return Observer(_out(options), settings)


def hand_over(made: Observer | None, application: Any) -> None:
    if made is not None and isinstance(application, Componentized):
        cast(Any, application).setComponent(ILogObserver, made)


def _out(options: Mapping[str, Any]) -> TextIO:
    named, stays = options.get("logfile"), options.get("nodaemon")
    if named == "-" and not stays:
        raise SystemExit("chatd: a daemon cannot log to standard output; name a --logfile.")
    if named == "-" or (stays and not named):
        return sys.stdout
    opened = cast(Any, LogFile).fromFullPath(named or "twistd.log")
    if not signal.getsignal(signal.SIGUSR1):

        def rotate(*_: Any) -> None:
            from twisted.internet import reactor

            cast(Any, reactor).callFromThread(opened.rotate)

        signal.signal(signal.SIGUSR1, rotate)
    return cast(TextIO, opened)
