"""What went wrong, in a sentence that says what to do, and the exit code that goes with it."""

from collections.abc import Iterator

from twisted.internet.defer import CancelledError
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.error import (
    ConnectError,
    ConnectionClosed,
    ConnectionRefusedError,
    DNSLookupError,
)
from twisted.internet.error import TimeoutError as ConnectTimeout
from twisted.python.failure import Failure
from twisted.web._newclient import WrongBodyLength

from chatd.client.errors import Disconnected, NotWelcome, Refused, Untrusted
from chatd.client.http import Problem
from chatd.terminal.profiles import NoProfile, ProfileError
from chatd.terminal.safe import safe

DONE, REFUSED, USAGE, SIGNED_OUT, UNREACHABLE, UNTRUSTED = range(6)
INTERRUPTED = 130


class Trouble(Exception):
    """It ends here: ``words`` for the person at the terminal, ``code`` for the shell."""

    def __init__(self, words: str, code: int = REFUSED) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


def trouble(error: BaseException, url: str = "") -> Trouble | None:
    """What an expected error means; None for one that nobody expected."""
    host = url.removeprefix("https://") or "the server"
    for cause in causes(error):
        found = _known(cause, host)
        if found is not None:
            return found
    return None


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it wraps."""
    yield error
    for reason in getattr(error, "reasons", None) or ():
        if isinstance(reason, Failure) and reason.value is not None:
            yield from causes(reason.value)


def _known(error: BaseException, host: str) -> Trouble | None:
    match error:
        case Trouble():
            return error
        case NoProfile():
            named = str(error)
            who = f"There is no profile {safe(named)}" if named else "You are not signed in"
            return Trouble(f"{who}: `chat login https://HOST` signs you in.", SIGNED_OUT)
        case ProfileError():
            return Trouble(str(error), USAGE)
        case Refused():
            return Trouble(refusal(error), REFUSED)
        case Problem():
            return _problem(error, host)
        case NotWelcome():
            return _not_welcome(error, host)
        case Untrusted():
            return Trouble(f"{host} is not trusted: {safe(str(error))}.", UNTRUSTED)
        case DNSLookupError():
            name = host.partition("/")[0].rsplit(":", 1)[0]
            return Trouble(
                f"There is no host {name}: the name could not be looked up. Is it spelt right, and"
                " is there a network?",
                UNREACHABLE,
            )
        case ConnectionRefusedError():
            return Trouble(
                f"Nobody answers at {host}: the connection was refused. Is chatd running there?",
                UNREACHABLE,
            )
        case ConnectTimeout() | DeferredTimeout() | TimeoutError() | CancelledError():
            return Trouble(f"{host} did not answer in time.", UNREACHABLE)
        case ConnectError():
            return Trouble(f"{host} cannot be reached: {safe(str(error))}", UNREACHABLE)
        case WrongBodyLength():
            return Trouble("The file became shorter while it was sent.", USAGE)
        case ConnectionClosed():
            return Trouble(f"{host} broke off in the middle.", UNREACHABLE)
        case Disconnected():
            return Trouble(f"The connection to {host} was lost: {safe(str(error))}.", UNREACHABLE)
    return None


def refusal(error: Refused) -> str:
    message = safe(str(error.frame.get("message") or error.code))
    if reference := error.frame.get("reference"):
        message += f" (reference {safe(str(reference))})"
    return message


def _problem(error: Problem, host: str) -> Trouble:
    if 300 <= error.status < 400:
        to = f" to {safe(error.location)}" if error.location else ""
        return Trouble(
            f"{host} sends one elsewhere{to}. Sign in there, if that is the server you mean.",
            UNREACHABLE,
        )
    if error.status == 401:
        return signed_out(host)
    if not error.code:
        return no_chatd(host, f"it answered with HTTP status {error.status}")
    code = UNREACHABLE if error.status >= 500 else REFUSED
    return Trouble(safe(str(error)), code)


def _not_welcome(error: NotWelcome, host: str) -> Trouble:
    if error.code in (401, 4501):
        return signed_out(host)
    if error.code == 426:
        return no_chatd(host, "it does not speak chatd.v1")
    return Trouble(f"{host} turned us away: {safe(error.reason)} ({error.code}).", REFUSED)


def signed_out(host: str) -> Trouble:
    return Trouble(
        f"{host} does not know this token, or it has ended: `chat login https://{host}` signs you"
        " in again.",
        SIGNED_OUT,
    )


def no_chatd(host: str, why: str) -> Trouble:
    return Trouble(f"This is no chatd: {host} was reached, but {why}.", UNREACHABLE)
