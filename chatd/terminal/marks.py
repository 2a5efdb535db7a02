"""Tells the server what has been seen and what has arrived: only what really was on the screen in
front of somebody counts as seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatd.terminal.model import Room

if TYPE_CHECKING:
    from chatd.terminal.app import App

#: Seconds from seeing to saying so, and without the focus until one counts as away.
AFTER, AWAY_AFTER = 0.4, 300.0


class Marks:
    def __init__(self, app: App) -> None:
        self._app = app
        #: by room, what the server was told
        self._told: dict[str, int] = {}

    def saw(self) -> None:
        """A picture was drawn."""
        app, room, seen = self._app, self._app.room, self._app.picture.seen
        if (
            room is not None
            and seen is not None
            and app.focused
            and app.view.popup is None
            and app.view.pane == "talk"
            and seen > self._known(room)
        ):
            app.later("mark", AFTER, self._tell)

    def arrived(self) -> None:
        """Something came, or a room was opened."""
        self._app.later("delivered", AFTER * 2, self._tell_delivered)

    def focus(self, is_here: bool) -> None:
        """The terminal has the focus, or no longer has."""
        app = self._app
        app.focused = is_here
        if app.is_live:
            app.later("presence", 1.0 if is_here else AWAY_AFTER, self._tell_presence)
        if is_here:
            self.saw()

    def _known(self, room: Room) -> int:
        return max(room.state.get("read", 0), self._told.get(room.id, 0))

    def _tell(self) -> None:
        app, room, seen = self._app, self._app.room, self._app.picture.seen
        if room is None or seen is None or not app.focused or not app.is_live:
            return
        if app.picture.at_end:
            # What is not a message has been seen along with the last one.
            seen = max(seen, room.state.get("seq", 0))
        if seen > self._known(room):
            self._told[room.id] = seen
            app.link.client.ask("mark", room=room.id, read=seen).addCallbacks(
                lambda _: self._read(room, seen), lambda _: self._told.pop(room.id, None)
            )

    def _read(self, room: Room, seq: int) -> None:
        self._app.chat.read(room, seq)
        self._app.changed()

    def _tell_delivered(self) -> None:
        if not self._app.is_live:
            return
        for room in self._app.chat.rooms.values():
            seq, state = room.state.get("seq", 0), room.state
            if room.opened and seq > max(state.get("delivered", 0), state.get("read", 0)):
                state["delivered"] = seq
                self._app.hint("mark", room=room.id, delivered=seq)

    def _tell_presence(self) -> None:
        if self._app.is_live:
            self._app.hint("presence", state="online" if self._app.focused else "away")
