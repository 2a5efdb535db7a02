"""What people can do: one file for each capability, and here the list of them."""

from chatd.engine.table import Feature
from chatd.features import (
    direct,
    history,
    members,
    messages,
    people,
    presence,
    receipts,
    rooms,
    search,
    typing,
    views,
)

#: Every feature of this server, in the order of the documentation.
ALL: tuple[Feature, ...] = (
    messages.feature,
    history.feature,
    views.feature,
    rooms.feature,
    members.feature,
    direct.feature,
    receipts.feature,
    typing.feature,
    presence.feature,
    people.feature,
    search.feature,
)
