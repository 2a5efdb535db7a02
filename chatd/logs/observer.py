"""What twistd logs with: the level and form set in [log], which a reload may change."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TextIO

from twisted.logger import ILogObserver, LogEvent
from zope.interface import implementer

from chatd.config.settings_log import Log
from chatd.logs import forms
from chatd.logs.journal import Journal, is_journal
from chatd.logs.levels import Levels


def the_journal() -> Journal | None:
    """None if the daemon does not write to one."""
    try:
        return Journal() if is_journal(os.environ) else None
    except OSError:
        return None


@implementer(ILogObserver)
class Observer:
    """Writes to ``out``, or to the journal if the settings ask for it and there is one."""

    def __init__(
        self, out: TextIO, settings: Log, journal: Callable[[], Journal | None] = the_journal
    ) -> None:
        self._out = out
        self._open_journal = journal
        self._journal: Journal | None = None
        self.apply(settings)

    def apply(self, settings: Log) -> None:
        """From now on."""
        self._levels = Levels(settings.level, settings.levels)
        before, self._journal = self._journal, None
        if before is not None:
            before.close()
        if settings.format == "journal":
            self._journal = self._open_journal()
        self._form = forms.as_json if settings.format == "json" else forms.as_text

    def __call__(self, event: LogEvent) -> None:
        if not self._levels.admits(forms.namespace_of(event), forms.level_of(event)):
            return
        if self._journal is not None:
            self._journal.write(event)
            return
        self._out.write(self._form(event))
        self._out.flush()
