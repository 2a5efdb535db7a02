"""Saying something: it is shown at once, sent until it is stored, and others see one typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatd.client.client import new_key
from chatd.client.errors import Disconnected, NotWelcome, Refused
from chatd.terminal.model import Room
from chatd.terminal.timeline import Pending
from chatd.terminal.words import refusal

if TYPE_CHECKING:
    from chatd.terminal.app import App

#: Seconds between two reports that one types; and after which one's other devices are told what is
#: written there.
TYPING_EVERY, DRAFT_AFTER = 3.0, 1.5


class Saying:
    def __init__(self, app: App) -> None:
        self._app = app
        self._typed_at = 0.0
        self._is_typing = False

    def send(self, room: Room, text: str, reply_to: int | None = None) -> None:
        pending = Pending(new_key(), text, self._app.now, reply_to)
        room.timeline.pending.append(pending)
        self._app.view.anchor = None
        self._is_typing = False
        self._app.drafts.save()
        self._app.do(self._send(room, pending))
        self._app.changed()

    async def _send(self, room: Room, pending: Pending) -> None:
        try:
            done = await self._app.link.write(
                "send",
                key=pending.key,
                room=room.id,
                text=pending.text,
                reply_to=pending.reply_to,
            )
        except Refused as error:
            room.timeline.fail(pending.key, refusal(error))
        except (Disconnected, NotWelcome):
            room.timeline.fail(pending.key, "the connection was lost for good")
        else:
            room.timeline.settle(pending.key, self._said(room, pending, done))
        self._app.changed()

    def _said(self, room: Room, pending: Pending, done: dict[str, Any]) -> dict[str, Any]:
        """The message as its event will tell it."""
        chat = self._app.chat
        message: dict[str, Any] = {"type": "message", "room": room.id, "text": pending.text}
        message |= {"from": chat.me, "name": chat.name, "at": pending.at}
        if pending.reply_to is not None:
            message["reply_to"] = pending.reply_to
        return message | {name: done[name] for name in ("seq", "number", "at") if name in done}

    def typed(self) -> None:
        """Something was written: the others are told, now and then."""
        app, room = self._app, self._app.room
        if room is None or not room.opened:
            return
        if "drafts" in app.chat.features:
            app.later("draft", DRAFT_AFTER, app.drafts.save)
        if not room.editor.text or room.editor.text.startswith("/"):
            self.stop_typing()
        elif app.is_live and (app.seconds - self._typed_at >= TYPING_EVERY or not self._is_typing):
            self._typed_at, self._is_typing = app.seconds, True
            app.hint("typing", room=room.id)

    def stop_typing(self) -> None:
        if self._is_typing and self._app.room is not None:
            self._is_typing = False
            self._app.hint("typing", room=self._app.room.id, active=False)
