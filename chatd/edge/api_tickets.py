"""/api/ticket: a ticket for the WebSocket of whoever asks."""

from chatd.auth.origins import named_origin
from chatd.auth.tickets import Tickets
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.guard import Guard
from chatd.edge.handshake import SUBPROTOCOL
from chatd.edge.router import Route


class TicketApi:
    def __init__(self, guard: Guard, tickets: Tickets) -> None:
        self._guard = guard
        self._tickets = tickets

    def routes(self) -> tuple[Route, ...]:
        return (Route("POST", "/api/ticket", self.issue, 4_096),)

    async def issue(self, ask: Ask) -> Response:
        """Bound to the Origin that the body names or, without one, to that of the asking page."""
        who = (await self._guard.acting(ask, "tickets:write")).principal
        named = bodies.read(ask, bodies.AskTicket).origin if ask.body else ""
        origin = named_origin(named) if named else self._guard.origin(ask, "bearer")
        ticket = await self._tickets.issue(who, who.user, who.session, origin)
        return done(
            {
                "protocols": [SUBPROTOCOL, ticket.protocol],
                "expires": ticket.expires,
                "origin": origin,
            },
            201,
        )
