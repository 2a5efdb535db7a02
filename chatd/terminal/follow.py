"""`chat follow`: every event of some rooms, one a line, through reconnects and without a hole."""

import argparse
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.client.errors import Disconnected, Refused
from chatd.terminal import lines
from chatd.terminal.lines import room_label
from chatd.terminal.link import Link
from chatd.terminal.script import put, say
from chatd.terminal.words import DONE, REFUSED, Trouble

Frame = dict[str, Any]


class Follower:
    """Prints what the client hears. `ended` fires when there is nobody left to print for."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._labels: dict[str, str] = {}
        #: by room, the seq of the last event printed
        self._printed: dict[str, int] = {}
        self.ended: Deferred[None] = Deferred()
        self.link: Link | None = None

    # ---- what the client tells ------------------------------------------------------------------

    def event(self, frame: Frame) -> None:
        room, seq = frame["room"], frame["seq"]
        if seq <= self._printed.get(room, 0) or self.ended.called:
            return
        self._printed[room] = seq
        try:
            if self._options.json:
                put(frame)
            else:
                several = len(self._labels) > 1 or not self._options.room
                label = self._labels.get(room, "?") if several else ""
                say(lines.event(frame, self._options.style, room=label))
        except BrokenPipeError as error:
            self.ended.errback(error)

    def lost(self, rooms: list[str]) -> None:
        """The server could not tell what was missed there: the log itself was replaced."""
        if not self.ended.called:
            names = ", ".join(self._labels.get(room, room) for room in rooms)
            words = f"The server cannot tell what was missed in {names}: its log was replaced."
            self.ended.errback(Trouble(words, REFUSED))

    def signal(self, frame: Frame) -> None:
        if frame["type"] == "room_added" and not self._options.room and self.link is not None:
            adding: Deferred[None] = Deferred.fromCoroutine(self._add(self.link, frame["room"]))
            adding.addErrback(self._failed)
        if frame["type"] == "room_removed" and frame["room"] in self._labels:
            del self._labels[frame["room"]]
            if not self._labels and not self.ended.called:
                self.ended.errback(Trouble("You are no longer in this room.", REFUSED))

    def state(self, state: str) -> None:
        # `open` reports the first attempt; later the client comes back by itself.
        if state == "stopped" and self.link is not None and not self.ended.called:
            self.ended.errback(self.link.client.error or Disconnected("the client has stopped"))

    async def _add(self, link: Link, room: str) -> None:
        """Adds a room one has just come into, if all are followed; with what was already said."""
        opened = await link.client.open(room, 50)
        self._labels[room] = room_label(opened["room"])
        for message in opened["messages"]:
            self.event(message)

    def _failed(self, failure: Failure) -> None:
        if not self.ended.called and self.link is not None and self.link.client.state != "stopped":
            self.ended.errback(failure)

    # ---- following ------------------------------------------------------------------------------

    async def run(self, link: Link) -> int:
        self.link = link
        if self._options.room:
            rooms = [await link.room(name) for name in self._options.room]
        else:
            rooms = await link.client.rooms()
        self._labels = {room["room"]: room_label(room) for room in rooms}
        if self._options.since:
            await self._since(link, self._options.since)
        else:
            for room in list(self._labels):
                opened = await link.client.open(room, 1)
                # What came with it is past, even if an event says it again.
                self._printed[room] = max(self._printed.get(room, 0), opened["room"]["seq"])
        await self.ended
        return DONE

    async def _since(self, link: Link, cursor: str) -> None:
        """What came after ``cursor``, then live: the client takes over at the last answer."""
        book = link.client.book
        while True:
            await link.client.live()
            try:
                reply = await link.client.ask("resume", cursor=cursor, rooms=list(self._labels))
            except Disconnected:
                continue
            if not reply["resumed"]:
                raise Trouble(
                    "This cursor is of no use any more: the server's log was replaced, or it is"
                    " from another server. Follow without --since.",
                    REFUSED,
                )
            for frame in reply.get("events", ()):
                self.event(frame)
            cursor = reply["cursor"]
            if not reply.get("more"):
                break
        # In the same turn as the answer: the next event finds the book up to date.
        for state in reply.get("rooms", ()):
            book.heads[state["room"]] = state["seq"]
        book.cursor = cursor


async def follow(link: Link, options: argparse.Namespace) -> int:
    follower: Follower = options.follower
    try:
        return await follower.run(link)
    except BrokenPipeError:
        return DONE
    except Refused as error:
        if error.code == "bad-field" and options.since:
            raise Trouble(f"--since is no cursor: {error.frame.get('message')}", REFUSED) from None
        raise
