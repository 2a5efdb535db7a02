"""Why an order failed, from whatever the libraries raise: its kind, and a sentence for people."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from time import time
from typing import Final

import requests
from acme import errors, messages
from josepy.errors import DeserializationError

from chatd.acme.authority import NotGiven
from chatd.acme.network import TooLong
from chatd.acme.schedule import Kind

#: Most code points of what an authority says that are passed on.
LONGEST: Final = 500

_BY_CODE: Final[dict[str, Kind]] = {
    "rateLimited": "rate-limited",
    "badNonce": "unreachable",
    "serverInternal": "unreachable",
    "accountDoesNotExist": "account",
    "externalAccountRequired": "account",
    "invalidContact": "account",
    "unsupportedContact": "account",
    "userActionRequired": "account",
}


def told(error: Exception) -> tuple[Kind, str]:
    kind, text = _told(error)
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return kind, " ".join(plain.split())[:LONGEST]


def _told(error: Exception) -> tuple[Kind, str]:
    match error:
        case NotGiven():
            return error.kind, str(error)
        case requests.exceptions.SSLError():
            return "untrusted", f"the ACME server is not to be trusted{_system(error)}"
        case requests.exceptions.InvalidSchema() | requests.exceptions.InvalidURL():
            return "directory", "the ACME server names addresses that are not https"
        case TooLong():
            return "directory", str(error)
        case requests.exceptions.Timeout():
            return "unreachable", "the ACME server does not answer in time"
        case requests.exceptions.RequestException():
            return "unreachable", f"the ACME server cannot be reached{_system(error)}"
        case errors.ValidationError():
            return "refused", "; ".join(_refusals(error)) or "the authority found us at no name"
        case errors.IssuanceError():
            return _of_authority(error.error)
        case messages.Error():
            return _of_authority(error)
        case errors.TimeoutError():
            return "unreachable", "the authority did not get done in time"
        case errors.ClientError(args=(requests.Response(status_code=status), *_)) if status >= 500:
            return "unreachable", f"the ACME server answers with HTTP status {status}"
        case errors.ClientError() | DeserializationError() | KeyError() | ValueError():
            return "directory", "what answers there does not speak ACME"
    return "fault", f"{type(error).__name__} in the order"


def _system(error: BaseException | None) -> str:
    """What the operating system or OpenSSL had to say at the bottom of it, if anything."""
    found = ""
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            found = f": {error.strerror}"
        error = error.__cause__ or error.__context__
    return found


def _of_authority(error: messages.Error) -> tuple[Kind, str]:
    code = str(error.typ).rpartition(":")[2]
    return _BY_CODE.get(code, "refused"), f"the authority says: {error.detail or code}"


def _refusals(error: errors.ValidationError) -> Iterator[str]:
    for each in error.failed_authzrs:
        for one in each.body.challenges:
            if one.error is not None:
                name = each.body.identifier.value
                yield f"{name}: the authority says: {one.error.detail or one.error.typ}"


def seconds(retry_after: str) -> float:
    """A header Retry-After (RFC 9110 §10.2.3) as seconds from now; 0 for none that makes sense."""
    try:
        return max(0.0, float(int(retry_after)))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
