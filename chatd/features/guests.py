"""What guests may do: talk, in the rooms they are in. Whatever is not listed here is refused them.

Nothing that brings them anywhere else or anybody to them: no joining and leaving, no conversations,
no links and invitations, no looking for people or rooms; and nothing that outlasts them.
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
