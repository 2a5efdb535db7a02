"""What one is about to say, shared with one's other devices."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from chatd.terminal.model import Room
from chatd.terminal.safe import safe

if TYPE_CHECKING:
    from chatd.terminal.app import App


class Drafts:
    def __init__(self, app: App) -> None:
        self._app = app
        self._device = secrets.token_hex(4)
        #: by room, what the server has
        self._kept: dict[str, str] = {}

    async def load(self) -> None:
        more, after = True, None
        while more:
            reply = await self._app.link.read("drafts", after=after)
            for one in reply["drafts"]:
                room = self._app.chat.rooms.get(one["room"])
                if room is not None:
                    self._take(room, one["text"])
                after = one["room"]
            more = bool(reply.get("more")) and bool(reply["drafts"])
        self._app.changed()

    def heard(self, room: Room, frame: dict[str, Any]) -> None:
        """The draft has changed there."""
        if frame.get("device") != self._device:
            self._take(room, frame.get("text", ""))

    def save(self) -> None:
        """Tells the server what stands in the line one writes in, if that is news."""
        app, room = self._app, self._app.room
        if room is None or app.view.editing is not None or "drafts" not in app.chat.features:
            return
        text = room.editor.text
        # Commands are for this program alone.
        text = "" if text.startswith("/") or not text.strip() else text
        if text != self._kept.get(room.id, "") and app.link.client.state == "live":
            self._kept[room.id] = text
            app.hint("draft", room=room.id, text=text, device=self._device)

    def _take(self, room: Room, text: str) -> None:
        """Replaces only what came the same way: nothing that was typed here is lost."""
        if room.editor.text == self._kept.get(room.id, ""):
            room.editor.set(safe(text, lines=True))
        self._kept[room.id] = text
