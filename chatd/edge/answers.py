"""What a handler of the HTTP API gets and what it returns, as plain frozen values.

An expected "no" is a `Refusal` from the layers below or, if only HTTP has a word for it, a
`Declined`; both are rendered as problem details (RFC 9457).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.headers import Header
from chatd.edge.outgoing import Body

_STATUS: Mapping[Code, int] = {
    Code.UNAUTHORIZED: 401,
    Code.FORBIDDEN: 403,
    Code.BANNED: 403,
    Code.BLOCKED: 403,
    Code.NOT_FOUND: 404,
    Code.GONE: 410,
    Code.CONFLICT: 409,
    Code.EXISTS: 409,
    Code.NAME_TAKEN: 409,
    Code.WRONG_STATE: 409,
    Code.LIMIT_REACHED: 409,
    Code.TOO_LARGE: 413,
    Code.RATE_LIMITED: 429,
    Code.BUSY: 503,
    Code.UNAVAILABLE: 503,
    Code.TIMEOUT: 503,
    Code.STORAGE_FULL: 507,
    Code.INTERNAL: 500,
}
_encode = msgspec.json.Encoder().encode


def _nobody_asks() -> None:
    pass


class Ask(msgspec.Struct, frozen=True):
    """One request, read to its end. ``headers`` by lower-case name, each value in order.

    ``path`` and ``query`` are as they were sent, escapes and all. ``prefix``, "" or "/chat",
    precedes every path outside, where a proxy strips it: as configured, whatever a request says.
    ``address`` is the client's, even behind trusted proxies. ``known`` is to be called once it is
    proven who asks: the connection is then no longer a stranger's. ``id`` stands for the request in
    the log, and for the connection that it becomes.
    """

    method: str
    path: str
    address: str
    headers: Mapping[str, Sequence[str]] = {}
    query: str = ""
    body: bytes = b""
    id: str = ""
    prefix: str = ""
    known: Callable[[], None] = _nobody_asks

    def all(self, name: str) -> Sequence[str]:
        return self.headers.get(name, ())

    def one(self, name: str) -> str | None:
        """The header's value; None if it is missing or there are several."""
        values = self.headers.get(name, ())
        return values[0] if len(values) == 1 else None

    @property
    def media_type(self) -> str:
        """What its body is said to be, as `application/json`; "" if nothing is said."""
        return (self.one("content-type") or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    type: str = "application/json"
    headers: tuple[Header, ...] = ()
    #: in place of ``body``, one that is read while it is sent
    stream: Body | None = None


class Declined(Exception):
    """A "no" in HTTP's own terms. ``code`` is a word for programs, the rest is for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: tuple[Header, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(status, code, detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.retry_after = retry_after


def phrase(status: int) -> bytes:
    """The words beside a status; twisted.web knows fewer of them."""
    return HTTPStatus(status).phrase.encode("ascii")


def done(value: Any, status: int = 200, headers: tuple[Header, ...] = ()) -> Response:
    return Response(status, _encode(value) + b"\n", headers=headers)


def problem(
    status: int,
    code: str,
    detail: str,
    prefix: str,
    *,
    headers: tuple[Header, ...] = (),
    retry_after: float | None = None,
    field: str | None = None,
    reference: str | None = None,
    instance: str | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Response:
    """RFC 9457: type, title, status, detail, and our members. ``prefix``: as in `Ask`;
    ``instance``: a path after it."""
    members: dict[str, Any] = {
        "type": f"{prefix}/protocol#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if retry_after is not None:
        members["retry_after"] = retry_after
        # The header takes only whole seconds, and too early is of no use.
        headers += (("Retry-After", str(max(1, -int(-retry_after // 1)))),)
    if field is not None:
        members["field"] = field
    if reference is not None:
        members["reference"] = reference
    if instance is not None:
        members["instance"] = prefix + instance
    if reasons is not None:
        members["reasons"] = reasons
    if status == 401:
        headers += (("WWW-Authenticate", 'Bearer realm="chatd"'),)
    return Response(status, _encode(members) + b"\n", "application/problem+json", headers)


def status_of(code: Code) -> int:
    """The status that answers a refusal."""
    return _STATUS.get(code, 400)


def declined(
    why: Declined | Refusal, prefix: str, instance: str | None = None, status: int | None = None
) -> Response:
    """``prefix``: as in `Ask`; ``instance`` is what was asked for; ``status`` overrides the usual
    one for a refusal's code."""
    if isinstance(why, Declined):
        return problem(
            why.status,
            why.code,
            why.detail,
            prefix,
            headers=why.headers,
            retry_after=why.retry_after,
            instance=instance,
        )
    return problem(
        status or status_of(why.code),
        why.code,
        why.message,
        prefix,
        retry_after=why.retry_after,
        field=why.field,
        instance=instance,
    )
