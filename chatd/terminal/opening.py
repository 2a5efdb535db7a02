"""Rooms that are heard in full: opened as they are shown, asked again for what no connection passes
on to the next, closed when many others were looked at since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from chatd.terminal.model import Room

if TYPE_CHECKING:
    from chatd.terminal.app import App

#: Messages to begin with, and at most, if more are unread.
FIRST_PAGE, MOST = 60, 500
#: Most rooms heard in full at a time: the ones last looked at.
MOST_OPEN = 20
#: Most members that are listed.
MOST_MEMBERS = 500


class Opening:
    def __init__(self, app: App) -> None:
        self._app = app
        self._loading: set[str] = set()
        #: open rooms, the one last looked at at the end
        self._recent: list[str] = []

    def show(self, room: Room) -> None:
        """It comes into view."""
        self._recent = [one for one in self._recent if one != room.id] + [room.id]
        if not room.opened:
            self._app.do(self._open(room.id))
        else:
            self.refresh(room)
        if len(self._recent) > MOST_OPEN:
            self._close(self._recent.pop(0))
        if room.members is None and not room.is_direct:
            self._app.do(self._members(room))

    def refresh(self, room: Room) -> None:
        """Who is there and how far they read, unless this connection has told it."""
        if room.opened and not room.is_current:
            self._app.do(self._ask_anew(room.id))

    def lost(self, rooms: Iterable[str]) -> None:
        """Nobody can tell what was missed: these are read again."""
        for room in rooms:
            self._app.do(self._reopen(room))

    async def _open(self, room: str) -> None:
        app = self._app
        if room in self._loading:
            return
        self._loading.add(room)
        try:
            there = app.chat.rooms.get(room)
            unread = there.unread if there else 0
            limit = min(max(FIRST_PAGE, unread + 10), MOST)
            opened = app.chat.opened(await app.link.client.open(room, limit))
            app.view.to_unread = room == app.view.room
        finally:
            self._loading.discard(room)
        app.marks.arrived()
        app.do(self._around(opened))
        if opened.is_direct:
            opened.members = [
                {"user": opened.state.get("other", ""), "name": opened.state["name"], "role": ""}
            ]
        app.changed()

    async def _ask_anew(self, room: str) -> None:
        if room in self._loading:
            return
        self._loading.add(room)
        try:
            self._app.chat.opened_again(await self._app.link.client.open(room, FIRST_PAGE))
        finally:
            self._loading.discard(room)
        self._app.marks.arrived()
        self._app.changed()

    async def _reopen(self, room: str) -> None:
        self._app.chat.opened(await self._app.link.client.open(room, FIRST_PAGE))
        self._app.changed()

    async def _around(self, room: Room) -> None:
        """What belongs to a room besides what is said there."""
        app = self._app
        if "pins" in app.chat.features:
            reply = await app.link.read("pins", room=room.id)
            room.timeline.pins = {pin["message"]["seq"] for pin in reply["pins"]}
        other = room.state.get("other")
        if other and "profile" in app.chat.features:
            person = (await app.link.read("person", user=other))["person"]
            app.chat.statuses[other] = person.get("status") or {}
        app.changed()

    def _close(self, room: str) -> None:
        there = self._app.chat.rooms.get(room)
        if there is not None and not there.timeline.pending:
            self._app.chat.closed(there)
            there.timeline.trim(FIRST_PAGE)
            self._app.do(self._app.link.client.close(room))

    async def _members(self, room: Room) -> None:
        found: list[dict[str, Any]] = []
        more = True
        while more and len(found) < MOST_MEMBERS:
            after = found[-1]["name"] if found else None
            reply = await self._app.link.read("members", room=room.id, after=after)
            found += reply["members"]
            more = bool(reply.get("more")) and bool(reply["members"])
        room.members = found
        self._app.changed()
