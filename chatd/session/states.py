"""The life of one connection as a table: what may happen in each state, and what is then done.

The session does nothing but what this table says; `document` draws it for people.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class Known(Enum):
    """Hashed by identity: `Enum` would hash a member's name, in Python, for each step that a frame
    makes in the table."""

    __hash__ = object.__hash__


class State(Known):
    OPENING = "opening"
    OPEN = "open"
    STALLED = "stalled"
    CLOSING = "closing"
    CLOSED = "closed"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS: Mapping[State, str] = {
    State.OPENING: "`welcome` is out, the memberships are being read; commands wait",
    State.OPEN: "commands are carried out, events flow",
    State.STALLED: "the reader is too slow: its queue was dropped, nothing is sent or read",
    State.CLOSING: "`bye` is out, or on its way; what comes in is ignored",
    State.CLOSED: "the connection is gone",
}


class Input(Known):
    """What can happen to a connection."""

    ATTACHED = "the memberships are known"
    FRAME = "a frame arrives"
    TICK = "a second passes"
    SLOW = "the outbox dropped its queue"
    RECOVERED = "the wire is empty again"
    EMPTIED = "the outbox is empty again"
    CLOSE = "either side has a reason to end it"
    OVERDUE = "closing takes too long"
    LOST = "the connection is lost"


class Act(Known):
    """What a session does about it."""

    IGNORE = "nothing"
    START = "begin with the commands that waited"
    TAKE = "decode it; queue or refuse the command"
    LOOK = "look at liveness and expiry"
    PAUSE = "stop reading"
    RESYNC = "close every room, send `resync`, read on"
    END = "leave the hub, send `bye`"
    FINISH = "send the close frame"
    ABORT = "cut the connection"
    RELEASE = "leave the hub"


class Step(NamedTuple):
    state: State
    act: Act


def _row(state: State, **steps: tuple[State, Act]) -> dict[tuple[State, Input], Step]:
    """All inputs in one state; those not given change nothing and are ignored."""
    return {(state, put): Step(*steps.get(put.name.lower(), (state, Act.IGNORE))) for put in Input}


TABLE: Mapping[tuple[State, Input], Step] = MappingProxyType(
    {
        **_row(
            State.OPENING,
            attached=(State.OPEN, Act.START),
            frame=(State.OPENING, Act.TAKE),
            tick=(State.OPENING, Act.LOOK),
            # Almost nothing can delay a welcome: a reader this slow is not there at all.
            slow=(State.CLOSING, Act.END),
            close=(State.CLOSING, Act.END),
            lost=(State.CLOSED, Act.RELEASE),
        ),
        **_row(
            State.OPEN,
            frame=(State.OPEN, Act.TAKE),
            tick=(State.OPEN, Act.LOOK),
            slow=(State.STALLED, Act.PAUSE),
            close=(State.CLOSING, Act.END),
            lost=(State.CLOSED, Act.RELEASE),
        ),
        **_row(
            State.STALLED,
            # It had arrived before reading stopped.
            frame=(State.STALLED, Act.TAKE),
            recovered=(State.OPEN, Act.RESYNC),
            close=(State.CLOSING, Act.END),
            lost=(State.CLOSED, Act.RELEASE),
        ),
        **_row(
            State.CLOSING,
            slow=(State.CLOSING, Act.FINISH),
            emptied=(State.CLOSING, Act.FINISH),
            overdue=(State.CLOSED, Act.ABORT),
            lost=(State.CLOSED, Act.IGNORE),
        ),
        **_row(State.CLOSED),
    }
)


def document() -> str:
    """The table in Markdown: one part for each state, without what is ignored."""
    parts = []
    for state in State:
        rows = [
            f"| {put.value} | {step.act.value} | {step.state.value} |"
            for put in Input
            if (step := TABLE[state, put]) != (state, Act.IGNORE)
        ]
        head = f"**{state.value}**: {state.meaning}."
        table = ["", "| when | the session does | and is then |", "|---|---|---|", *rows]
        parts.append("\n".join([head, *(table if rows else [])]))
    return "\n\n".join(parts) + "\n"
