"""Serves the table of calls: who asks, for what, at what cost, and the answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import msgspec

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined, Response, declined, done, status_of
from chatd.edge.api import inputs
from chatd.edge.api.calls import PREFIX, Call, Caller
from chatd.edge.api.desk import Desk
from chatd.edge.api.rates import rate_headers
from chatd.edge.api.shapes import answered
from chatd.edge.pages import LatePage
from chatd.edge.router import Handler, Route
from chatd.engine.references import MOST_NAMES, references, resolved
from chatd.engine.tracing import Served
from chatd.wire.frames import Command

BODY: Final = 65_536
#: Matches its declaration and still will not do (RFC 9110 §15.5.21), such as a name of blanks; or
#: the key was used for something else (draft-ietf-httpapi-idempotency-key-header-07 §2.7).
_UNPROCESSABLE: Final = frozenset({Code.BAD_FIELD, Code.TOO_LONG, Code.CONFLICT})


def status_when_run(code: Code) -> int:
    """The status of a refusal by what a call stands for, once its input was found well-formed."""
    return 422 if code in _UNPROCESSABLE else status_of(code)


class Api:
    def __init__(self, desk: Desk, calls: Sequence[Call], description: LatePage) -> None:
        self._desk = desk
        self._calls = calls
        self._references = {call: references(call.input) for call in calls}
        self._description = description

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", f"{PREFIX}/openapi.json", self.description),
            *(
                Route(
                    call.method,
                    PREFIX + call.path,
                    self._handler(call),
                    BODY if call.has_body else 0,
                )
                for call in self._calls
            ),
        )

    async def description(self, ask: Ask) -> Response:
        return await self._description.answer(ask)

    def _handler(self, call: Call) -> Handler:
        async def handle(ask: Ask) -> Response:
            engine = self._desk.chat.engine
            if engine.tracer is None:
                return await self._handled(call, ask)
            began, status = engine.clock.now(), 500
            try:
                response = await self._handled(call, ask)
                status = response.status
                return response
            finally:
                # A reload may have removed it meanwhile.
                if engine.tracer is not None:
                    engine.tracer.served(self._told(call, ask, status, began))

        return handle

    def _told(self, call: Call, ask: Ask, status: int, began: float) -> Served:
        engine, route = self._desk.chat.engine, PREFIX + call.path
        writes = issubclass(call.input, Command) and engine.writes(call.input)
        parent, now = ask.one("traceparent"), engine.clock.now()
        return Served(call.method, route, status, began, now, ask.id, writes, parent)

    async def _handled(self, call: Call, ask: Ask) -> Response:
        desk = self._desk
        admit = desk.guard.acting if call.acts else desk.guard.who
        try:
            caller = Caller((await admit(ask, call.scope)).principal, ask)
            if call.admin and not caller.principal.admin:
                raise Refusal(Code.FORBIDDEN, "Only administrators do this.")
            if caller.principal.guest:
                raise Refusal(Code.FORBIDDEN, "Guests talk on the page, and not by programs.")
        except (Declined, Refusal) as why:
            return declined(why, ask.prefix, ask.path)
        response = await self._serve(call, caller)
        rates = rate_headers(desk.chat.budgets, caller.principal.user, desk.clock.now())
        return replace(response, headers=(*response.headers, *rates))

    async def _serve(self, call: Call, caller: Caller) -> Response:
        ask, desk = caller.ask, self._desk
        try:
            wanted = self._read(call, caller)
        except (Declined, Refusal) as why:
            return declined(why, ask.prefix, ask.path)
        try:
            if isinstance(wanted, Command):
                reply: Any = await desk.executor.run(wanted, caller.principal)
            else:
                assert call.run is not None
                user = caller.principal.user
                wanted = await resolved(wanted, self._references[call], desk.store, user)
                reply = await call.run(desk, wanted, caller)
        except Declined as why:
            return declined(why, ask.prefix, ask.path)
        except Refusal as why:
            if why.code is Code.CONFLICT:
                why = Refusal(why.code, why.message, field=inputs.KEY_HEADER)
            return declined(why, ask.prefix, ask.path, status_when_run(why.code))
        return _response(call, reply, ask.prefix)

    def _read(self, call: Call, caller: Caller) -> msgspec.Struct:
        """The input, paid for. Nonsense costs as much as a message; otherwise it would be free."""
        desk, engine = self._desk, self._desk.chat.engine
        try:
            wanted = inputs.read(call, caller.ask, engine.limits.json_depth, desk.random)
        except (Declined, Refusal):
            self._charge(caller, 1, 0)
            raise
        if isinstance(wanted, Command):
            self._charge(caller, engine.row(wanted).cost, engine.reads(wanted))
        else:
            named = sum(len(field.names(wanted)) for field in self._references[call])
            self._charge(caller, call.cost, 1 + min(named, MOST_NAMES))
        return wanted

    def _charge(self, caller: Caller, cost: float, reads: float) -> None:
        desk, size = self._desk, len(caller.ask.body)
        desk.chat.budgets.charge(caller.principal.user, cost, reads, size, desk.clock.now())


def _response(call: Call, reply: msgspec.Struct, prefix: str) -> Response:
    shown = answered(reply)
    if shown is None:
        return Response(204)
    if not call.location:
        return done(shown, call.status)
    there = call.location
    for name in shown.__struct_fields__:
        there = there.replace(f"{{{name}}}", quote(str(getattr(shown, name)), safe=""))
    return done(shown, call.status, (("Location", prefix + PREFIX + there),))
