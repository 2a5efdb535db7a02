"""Scopes: what a token may do, as words (RFC 6749 §3.3). A token without any may do all that its
owner may; no scope ever lets it do more."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chat": "Connect over the WebSocket and do there all that the owner may.",
        "messages:read": "Read messages and counts of unread ones.",
        "messages:write": "Post, edit and delete messages; mark them as read.",
        "rooms:read": "See rooms, their members, and who somebody is.",
        "rooms:write": "Make and change rooms, join and leave them, change their members.",
        "presence:read": "See who is online among those one shares a room with.",
        "users:read": "See all accounts. The owner is an administrator.",
        "users:write": "Make, rename, disable, sign out accounts. The owner is an administrator.",
        "tickets:write": "Get tickets for the WebSocket: one's own and, where the owner is an"
        " administrator, other people's.",
        "metrics:read": "Read the daemon's metrics. The owner is an administrator.",
        "tokens:read": "List the owner's tokens.",
        "tokens:write": "Make tokens that may do no more than this one, and end the owner's.",
    }
)


def checked(words: Iterable[str], *, field: str = "scopes") -> frozenset[str]:
    """The scopes, all of them known; `bad-field` for none at all or an unknown one."""
    scopes = frozenset(words)
    unknown = sorted(scopes - SCOPES.keys())
    if unknown or not scopes:
        what = f"There is no scope {unknown[0][:40]!r}" if unknown else "Name one scope at least"
        raise Refusal(Code.BAD_FIELD, f"{what}; there are {', '.join(SCOPES)}.", field=field)
    return scopes


def stored(scopes: frozenset[str] | None) -> str | None:
    """As the store keeps them and people read them: words separated by spaces, None for all."""
    return None if scopes is None else " ".join(sorted(scopes))


def loaded(words: str | None) -> frozenset[str] | None:
    """What `stored` made. Words unknown to this version allow nothing."""
    return None if words is None else frozenset(words.split())
