"""What may stand in a log line: no secret, nothing that people wrote, and not too much of it.

Our secrets are known by how they begin, wherever they turn up. What an exception says is withheld
unless its kind speaks only of the machine or of our code: a `KeyError` or `ValueError` quotes what
it stumbled over, and that may be somebody's message. The traceback tells where it was.
"""

import re
import traceback
from collections.abc import Iterator
from typing import Any, Final, cast

import apsw
from twisted.internet.error import ConnectError
from twisted.python.failure import Failure

#: How each kind of secret begins (tests/test_secrets.py knows them all), and signed tokens (JWT).
_SECRET: Final = re.compile(
    r"(chatd_[a-z]_|chatd\.ticket\.|whsec_)[A-Za-z0-9_+/=-]+|(eyJ)[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"
)
#: Most code points of one line, and of one traceback.
LONGEST_MESSAGE: Final = 4_096
LONGEST_TRACEBACK: Final = 16_384
FRAMES: Final = 40
CHAIN: Final = 5

#: Errors whose words name files, addresses, attributes and tables, never what people wrote.
_PLAIN: Final = (
    OSError,
    ImportError,
    AttributeError,
    TypeError,
    NameError,
    MemoryError,
    RecursionError,
    ConnectError,
    apsw.Error,
)
#: But these quote what they were given.
_QUOTING: Final = (apsw.SQLError, UnicodeError)


def without_secrets(text: str) -> str:
    return _SECRET.sub(lambda found: (found[1] or found[2]) + "\N{HORIZONTAL ELLIPSIS}", text)


def message(text: str) -> str:
    """A line's text as it may be logged."""
    return without_secrets(_shortened(text, LONGEST_MESSAGE))


def told(failure: Failure) -> str:
    """Type, place and, if they are harmless, words of a failure and of what it came from."""
    parts = [f"{''.join(frames)}{_name(error)}{_words(error)}" for error, frames in _chain(failure)]
    return without_secrets(_shortened("\nwhich came from\n".join(parts), LONGEST_TRACEBACK))


def kind(failure: Failure) -> str:
    return _name(failure.value)


def _chain(failure: Failure) -> Iterator[tuple[Any, list[str]]]:
    error: Any = failure.value
    trace = cast(Any, failure).getTracebackObject()
    for _ in range(CHAIN):
        yield error, traceback.format_tb(trace, limit=-FRAMES) if trace is not None else []
        hidden = error.__cause__ is None and error.__suppress_context__
        error = None if hidden else error.__cause__ or error.__context__
        if error is None:
            return
        trace = error.__traceback__


def _name(error: BaseException | None) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _words(error: BaseException | None) -> str:
    if isinstance(error, _PLAIN) and not isinstance(error, _QUOTING):
        return f": {error}"
    return ""


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
