"""The table of the API: every call, in the order of its documentation."""

from typing import Final

from chatd.edge.api import chat, counts, tickets, tokens, users
from chatd.edge.api.calls import Call

#: For readers: heading, what it is about, calls.
SECTIONS: Final[tuple[tuple[str, tuple[Call, ...]], ...]] = (
    ("Messages and rooms", (*chat.CALLS, *counts.CALLS)),
    ("Accounts", users.CALLS),
    ("Session, tokens, tickets", (*tokens.CALLS, *tickets.CALLS)),
)
ALL: Final[tuple[Call, ...]] = tuple(call for _, calls in SECTIONS for call in calls)
