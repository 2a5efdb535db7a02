"""Reaching back: older messages as one scrolls, and the way to one message far up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from chatd.client.errors import Disconnected
from chatd.terminal.model import Room
from chatd.terminal.words import Trouble

if TYPE_CHECKING:
    from chatd.terminal.app import App

#: Messages at a time while scrolling, and on the way to one message; and how many such pages.
NEXT_PAGE, LONG_PAGE, MOST_PAGES = 100, 500, 50


class Reach:
    def __init__(self, app: App) -> None:
        self._app = app
        self._loading: set[str] = set()

    def at_beginning(self) -> None:
        """The picture shows the first row there is: more is wanted, if there is more."""
        app, room = self._app, self._app.room
        if (
            room is not None
            and room.opened
            and room.timeline.more_before
            and (app.view.anchor is not None or len(app.picture.lines) < app.picture.height)
            and room.id not in self._loading
        ):
            app.do(self._older(room, NEXT_PAGE))

    async def _older(self, room: Room, limit: int) -> None:
        first = room.timeline.first
        if first is None or room.id in self._loading:
            return
        self._loading.add(room.id)
        try:
            reply = await self._app.link.read("history", room=room.id, before=first, limit=limit)
        except Disconnected:
            return
        finally:
            self._loading.discard(room.id)
        room.timeline.older(reply)
        self._app.changed()

    async def jump(self, room: str, seq: int) -> None:
        """Shows one message, wherever it is in a room that one is in."""
        app = self._app
        if room not in app.chat.rooms:
            raise Trouble("You are not in that room.")
        app.go(room)
        there = app.chat.rooms[room]
        while room in self._loading or not there.opened:
            await self._moment()
        for _ in range(MOST_PAGES):
            first = there.timeline.first
            if first is None or first <= seq or not there.timeline.more_before:
                break
            await self._older(there, LONG_PAGE)
        if there.timeline.message(seq) is None:
            raise Trouble("That message is not there any more, or too far back.")
        app.view.chosen, app.view.to_unread = seq, False
        self.center(seq)
        app.changed()

    def center(self, seq: int) -> None:
        """The next picture has the message in its middle."""
        self._app.view.anchor, self._app.view.center = (seq, 1 << 30), True

    def _moment(self) -> Deferred[None]:
        waited: Deferred[None] = Deferred()
        self._app.later("reach", 0.05, lambda: waited.callback(None))
        return waited
