"""A call: one line of the API's table, from which its route, checks and documentation follow."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.edge.answers import Ask
from chatd.edge.api.desk import Desk
from chatd.edge.guard import ANY_SCOPE

PREFIX: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and the request."""

    principal: Principal
    ask: Ask


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The input of a call that is not a command of the wire."""


class Output(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer of such a call. Fields at their default are left out."""


class Nothing(Output, frozen=True, kw_only=True):
    """No body at all: 204."""


#: Carries out what is not a command of the wire; fields that refer to rooms or people hold ids.
Run = Callable[[Desk, Any, Caller], Awaitable[Output]]


@dataclass(frozen=True, slots=True)
class Call:
    """``path`` below the prefix. Its "{names}" are fields of ``input``; the others come from the
    query of a GET or DELETE and from the body of the rest.

    ``input`` is a command of the wire, or with ``run`` an `Input`; then ``output`` says what comes
    back and ``refused`` how it may be refused. ``scope`` is what a limited token must have.
    ``location``: where to find what was made, with fields of the answer.
    """

    method: str
    path: str
    input: type[msgspec.Struct]
    summary: str
    scope: str = ANY_SCOPE
    admin: bool = False
    status: int = 200
    location: str = ""
    cost: float = 1.0
    run: Run | None = None
    output: type[Output] = Nothing
    refused: tuple[Code, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def has_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")
