"""Somebody's own logger, for twistd's option --logger: text into the file that OWN_LOG names."""

import os
from typing import Any

from twisted.logger import FileLogObserver, formatEvent


def observer() -> Any:
    out = open(os.environ["OWN_LOG"], "a", encoding="utf-8")  # noqa: SIM115 (as long as the process)
    return FileLogObserver(out, lambda event: f"own: {formatEvent(event)}\n")
