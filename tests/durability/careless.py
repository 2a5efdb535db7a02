"""A daemon that does not wait for the disk: what the checks of durability must catch.

python -m tests.durability.careless --config chatd.toml
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from twisted.internet import reactor
from twisted.logger import globalLogBeginner, textFileLogObserver

from chatd.config.reading import load
from chatd.service import ChatService
from chatd.supervision import Supervision


class CarelessService(ChatService):
    synchronous = "OFF"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    config = parser.parse_args().config
    globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stdout)], redirectStandardIO=False)
    service = CarelessService(reactor, load(config), config, Supervision())
    service.privilegedStartService()
    service.startService()
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    reactor.run()


if __name__ == "__main__":
    main()
