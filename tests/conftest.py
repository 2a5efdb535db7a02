"""What holds for all tests: nothing is left behind, no error goes unnoticed, and those that this
machine cannot run are left out, and counted."""

import gc
import os
import re
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.logger import LogEvent, LogLevel, formatEvent, globalLogPublisher

#: Twisted collects what names are looked up with; these timers are its own and end by themselves.
OWN_TIMERS = ("ThreadedResolver", "_checkTimeout")

# Whoever runs the tests in the background of a script has this signal ignored, here and in all
# children; some of those are to be ended by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests marked with a word of CHATD_TESTS_WITHOUT (see tools/prepare.py)."""
    without = set(filter(None, os.environ.get("CHATD_TESTS_WITHOUT", "").split(",")))
    left_out = [item for item in items if any(mark.name in without for mark in item.iter_markers())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


class LoggedErrors(list[str]):
    """What was logged as an error. A test that looks at one takes it: then it is no surprise."""

    def take(self) -> list[str]:
        taken = list(self)
        self.clear()
        return taken


@pytest.fixture
def logged_errors() -> Iterator[LoggedErrors]:
    errors = LoggedErrors()

    def observe(event: LogEvent) -> None:
        if event.get("log_level") in (LogLevel.error, LogLevel.critical):
            failure = event.get("log_failure")
            told = "" if failure is None else failure.getTraceback()
            errors.append(f"{formatEvent(event)}\n{told}".strip())

    globalLogPublisher.addObserver(observe)
    yield errors
    globalLogPublisher.removeObserver(observe)


@pytest.fixture(autouse=True)
def nothing_is_left_behind(
    request: pytest.FixtureRequest, logged_errors: LoggedErrors
) -> Iterator[None]:
    """A leftover timer, a Deferred that failed unheard or an error in the log fails the test.

    A test that causes errors on purpose takes them from ``logged_errors``, or says which:
    ``@pytest.mark.logs_errors("pattern")``; then one such must have come, and no other.
    """
    yield
    if getattr(request.function, "__wrapped__", None) is not None:
        # A failed Deferred speaks when it is collected.
        gc.collect()
    left = timers()
    for call in left:
        call.cancel()
    assert not left, f"timers left behind: {[str(call) for call in left]}"
    marker = request.node.get_closest_marker("logs_errors")
    expected = [] if marker is None else [re.compile(text) for text in marker.args]
    unexpected = [text for text in logged_errors if not any(each.search(text) for each in expected)]
    assert not unexpected, "logged as errors:\n" + "\n".join(unexpected)
    unseen = [each.pattern for each in expected if not any(map(each.search, logged_errors))]
    assert not unseen, f"expected in the log and not there: {unseen}"


def timers() -> list[Any]:
    reactor = sys.modules.get("twisted.internet.reactor")
    calls = [] if reactor is None else list(reactor.getDelayedCalls())  # type: ignore[attr-defined]
    return [call for call in calls if not any(name in str(call) for name in OWN_TIMERS)]
