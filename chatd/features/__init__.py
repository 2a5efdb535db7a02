"""What people can do: one file for each capability, and here the list of them."""

from chatd.engine.table import Feature
from chatd.features import (
    direct,
    forward,
    history,
    members,
    messages,
    people,
    pins,
    presence,
    privacy,
    profile,
    reactions,
    receipts,
    revisions,
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
    reactions.feature,
    pins.feature,
    forward.feature,
    revisions.feature,
    rooms.feature,
    members.feature,
    direct.feature,
    receipts.feature,
    typing.feature,
    presence.feature,
    people.feature,
    profile.feature,
    privacy.feature,
    search.feature,
)
