"""twistd's entry: from the command line to a service, or sentences that say why not."""

import time
from pathlib import Path
from typing import Any

from twisted.application.service import Service

from chatd.chores.garbage import Collector
from chatd.config.reading import ConfigError, load
from chatd.config.safety import unsafe
from chatd.logs.twistd import observer
from chatd.options import Options
from chatd.supervision import Supervision
from chatd.systemd.inherited import NotTcp

__all__ = ["Options", "makeService"]


def makeService(options: Any) -> Service:
    """Exits here if the configuration has mistakes."""
    path = Path(options["config"])
    try:
        supervision = Supervision()
        settings = supervision.where(load(path))
    except (ConfigError, NotTcp) as error:
        raise SystemExit(f"chatd: {error}") from None
    wrong = unsafe(settings)
    if wrong:
        raise SystemExit("\n".join(f"chatd: {path}: {text}" for text in wrong))
    from twisted.internet import reactor as the_reactor

    from chatd.parts import ReactorScheduler
    from chatd.service import ChatService

    reactor: Any = the_reactor
    logs = observer(getattr(options, "parent", None), settings.log)
    # Every timer, limit and timeout follows this clock; wall clocks jump (twisted#2424).
    reactor.seconds = time.monotonic
    reactor.callWhenRunning(Collector(ReactorScheduler(reactor), time.thread_time).start)
    return ChatService(reactor, settings, path, supervision, bool(options["quickstart"]), logs)
