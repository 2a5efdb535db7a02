"""What guests may do: talk, in the rooms they are in. Anything not listed here is refused.

Nothing that takes them elsewhere or brings anybody to them: no joining or leaving, conversations,
links, invitations, looking for people or rooms; and nothing that outlasts them.
"""

from typing import Final

from chatd.features import (
    drafts,
    history,
    members,
    messages,
    people,
    pins,
    presence,
    reactions,
    receipts,
    room_settings,
    rooms,
    typing,
    views,
)
from chatd.wire.frames import Command

GUESTS_MAY: Final[frozenset[type[Command]]] = frozenset(
    row.command
    for feature in (messages, history, views, reactions, drafts, receipts, typing, presence)
    for row in feature.feature.rows
) | frozenset(
    (
        rooms.ListRooms,
        rooms.GetRoom,
        members.ListMembers,
        people.GetPerson,
        people.ListBlocked,
        people.Block,
        people.Unblock,
        pins.ListPins,
        room_settings.SetRoom,
        room_settings.MarkUnread,
    )
)
