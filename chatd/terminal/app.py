"""The full screen's heart: it hears the client, keeps model and view, and decides what to ask for.

It knows neither urwid nor the terminal: `paint` gives a picture, `redraw` asks for one.
"""

import time
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.client.client import State
from chatd.client.errors import Disconnected
from chatd.terminal import words
from chatd.terminal.drafts import Drafts
from chatd.terminal.lines import room_label
from chatd.terminal.link import Link
from chatd.terminal.look import Signs
from chatd.terminal.marks import Marks
from chatd.terminal.model import Chat, Room
from chatd.terminal.opening import Opening
from chatd.terminal.picture import Painter, Picture
from chatd.terminal.profiles import Profile
from chatd.terminal.reach import Reach
from chatd.terminal.saying import Saying
from chatd.terminal.view import Popup, View
from chatd.terminal.words import Trouble, trouble

Frame = dict[str, Any]
#: How many of a room's messages are kept, once there are twice as many.
KEPT = 400
#: Seconds for which a word to the user stays on the screen.
NOTICE_FOR = 8.0


class App:
    log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        profile: Profile,
        signs: Signs,
        *,
        redraw: Callable[[], None],
        ring: Callable[[], None],
        quit: Callable[[Trouble | None], None],
    ) -> None:
        self._reactor = reactor
        self._redraw = redraw
        self._ring = ring
        self._quit = quit
        self.chat = Chat()
        self.view = View()
        self.picture = Picture()
        self.focused = True
        self.width = 80
        site = profile.url.removeprefix("https://")
        self._painter = Painter(self.chat, self.view, signs, site)
        self._timers: dict[str, IDelayedCall] = {}
        self._doing: set[Deferred[Any]] = set()
        self.drafts = Drafts(self)
        self.marks = Marks(self)
        self.saying = Saying(self)
        self.reach = Reach(self)
        self.opening = Opening(self)
        self._stopping = False
        self.link = Link(
            reactor,
            profile,
            on_event=self._event,
            on_signal=self._signal,
            on_state=self._state,
            on_lost_history=lambda rooms: self.opening.lost(rooms),
        )

    # ---- its life -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Once the link is open."""
        self._came_back()

    async def end(self) -> None:
        self._stopping = True
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()
        # Nothing half done is left behind: no part of a file.
        for doing in list(self._doing):
            doing.cancel()
        await self.link.close()

    def leave(self) -> None:
        """Quits; asks first if something was not sent yet."""
        waiting = sum(len(room.timeline.pending) for room in self.chat.rooms.values())
        if waiting and self.view.popup is None:
            count = "1 message is" if waiting == 1 else f"{waiting} messages are"
            self.confirm(f"{count} not sent yet. Quit all the same?", lambda: self._quit(None))
        else:
            self._quit(None)

    # ---- drawing --------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return int(time.time() * 1000)

    @property
    def seconds(self) -> float:
        return self._reactor.seconds()

    @property
    def is_live(self) -> bool:
        return self.link.client.state == "live"

    @property
    def room(self) -> Room | None:
        return self.chat.rooms.get(self.view.room or "")

    def changed(self) -> None:
        self._redraw()

    def paint(self, width: int, height: int) -> Picture:
        self.width = width
        self.picture = self._painter.paint(width, height, self.now)
        if self.picture.at_end:
            self.view.unseen_below = 0
        if self.picture.at_beginning:
            self.reach.at_beginning()
        self.marks.saw()
        return self.picture

    def say(self, text: str, *, complaint: bool = False) -> None:
        """A word to the user, for a while."""
        self.view.notice, self.view.is_complaint = text, complaint
        self.later("notice", NOTICE_FOR, self._quiet)
        self.changed()

    def _quiet(self) -> None:
        self.view.notice = ""
        self.changed()

    def confirm(self, question: str, then: Callable[[], None]) -> None:
        popup = Popup("confirm", question, index=1)
        popup.choices += [(((None, "Yes"),), then), (((None, "No"),), None)]
        self.view.popup = popup
        self.changed()

    # ---- doing ----------------------------------------------------------------------------------

    def do(self, work: Coroutine[Any, Any, Any]) -> None:
        """Starts it; what goes wrong is said on the screen."""
        doing: Deferred[Any] = Deferred.fromCoroutine(work)
        self._doing.add(doing)
        doing.addErrback(self._failed)
        doing.addBoth(lambda _: self._doing.discard(doing))

    def _failed(self, failure: Failure) -> None:
        error = failure.value
        if self._stopping or error is None:
            return
        if isinstance(error, Disconnected):
            self.say("Not connected: that was not done. It will work in a moment.", complaint=True)
            return
        found = trouble(error)
        if found is None:
            self.log.error("the screen failed: {error!r}", error=error)
        self.say(found.words if found else f"That went wrong: {error!r}", complaint=True)

    def later(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """One timer of each name; a new one replaces the old one."""
        timer = self._timers.get(name)
        if timer is not None and timer.active():
            timer.cancel()
        self._timers[name] = self._reactor.callLater(seconds, call)

    # ---- what the client tells ------------------------------------------------------------------

    def _event(self, frame: Frame) -> None:
        looking = (
            frame["room"] == self.view.room
            and self.picture.at_end
            and self.focused
            and self.view.popup is None
        )
        self.chat.event(frame, looking)
        if frame["type"] == "message":
            self._heard(frame, looking)
            self._wish_quoted(frame)
        self._trim(frame["room"])
        self.marks.arrived()
        self.changed()

    def _trim(self, room: str) -> None:
        """A terminal that is open for weeks does not keep weeks of what others say. What somebody
        looks at further up stays."""
        there, view = self.chat.rooms.get(room), self.view
        is_read = room == view.room and (view.anchor is not None or view.chosen is not None)
        if there is not None and not is_read and len(there.timeline) > 2 * KEPT:
            there.timeline.trim(KEPT)

    def _heard(self, frame: Frame, looking: bool) -> None:
        room = self.chat.rooms.get(frame["room"])
        if room is None or frame["from"] == self.chat.me:
            return
        if room.id == self.view.room and self.view.anchor is not None:
            self.view.unseen_below += 1
        if not looking and room.rings(self.chat.mentions_me(frame), self.now):
            self._ring()

    def _wish_quoted(self, frame: Frame) -> None:
        """Asks for what a new message answers, if that is too far back to be known."""
        room, seq = self.chat.rooms.get(frame["room"]), frame.get("reply_to")
        if room is not None and seq is not None and room.timeline.quoted(seq) is None:
            self.do(self._quoted(room, seq))

    async def _quoted(self, room: Room, seq: int) -> None:
        reply = await self.link.read("messages", room=room.id, seqs=[seq])
        room.timeline.quote(reply["messages"])
        self.changed()

    def _signal(self, frame: Frame) -> None:
        room = self.chat.rooms.get(frame.get("room", ""))
        before = room.unread if room else 0
        self.chat.signal(frame)
        match frame["type"]:
            case "activity" if room is not None and room.unread > before:
                if room.rings(False, self.now):
                    self._ring()
            case "mentioned" if room is not None and room.rings(True, self.now):
                self._ring()
            case "room_added":
                self.do(self._added(frame["room"]))
            case "room_removed" if self.view.room == frame["room"]:
                self.view.room = None
                self.say("You are no longer in this room.")
            case "invited":
                there = frame["invitation"]
                self.say(f"{there['by_name']} invites you to {there['name']}: /invited answers.")
                self._ring()
            case "draft" if room is not None:
                self.drafts.heard(room, frame)
            case "bye":
                self.view.offline = "The server " + (
                    "restarts" if frame["code"] == 1012 else "goes"
                )
        self.changed()

    def _state(self, state: State) -> None:
        client = self.link.client
        if self._stopping:
            return
        if state == "live":
            self.view.offline = ""
            if client.connections > 1:
                self._came_back()
        elif state == "stopped":
            error = client.error or Disconnected("the connection ended")
            host = self.link.profile.url
            why = trouble(error, host) or Trouble(str(error), words.UNREACHABLE)
            self._quit(Trouble(" ".join([why.words, *self._not_sent()]), why.code))
        else:
            self.chat.offline()
            self.view.offline = self._why_offline(state)
        self.changed()

    def _not_sent(self) -> list[str]:
        """What was written and now goes nowhere: whoever wrote it can say it elsewhere."""
        return [
            f"Not sent to {room_label(room.state)}: {one.text}"
            for room in self.chat.rooms.values()
            for one in room.timeline.pending
        ]

    def _why_offline(self, state: State) -> str:
        if state == "connecting":
            return "Connecting ..."
        error = self.link.client.error
        found = trouble(error) if error is not None and self.link.client.connections == 0 else None
        return found.words if found else "Not connected; trying again ..."

    def _came_back(self) -> None:
        if self.link.client.welcome is not None:
            self.chat.welcome(self.link.client.welcome)
        self.do(self._list())

    async def _list(self) -> None:
        try:
            self.chat.set_rooms(await self.link.client.rooms())
        except Disconnected:
            return  # the next connection lists them
        self.do(self._gather())
        if self.view.room is None:
            first = self._first_room()
            if first is not None:
                self.go(first.id)
        elif self.room is None:
            self.view.room = None
        else:
            self.opening.refresh(self.room)
        self.changed()

    async def _gather(self) -> None:
        """What waits for an answer, and what one was about to say."""
        if "invitations" in self.chat.features:
            reply = await self.link.read("invited")
            self.chat.invitations = {one["room"]: one for one in reply["invitations"]}
            if self.chat.invitations:
                self.say("You are invited to a room: /invited answers.")
        if "drafts" in self.chat.features:
            await self.drafts.load()

    def _first_room(self) -> Room | None:
        rooms = [room for _, rooms in self.chat.in_order(self.now) for room in rooms]
        return next((room for room in rooms if room.mentions or room.unread), None) or (
            rooms[0] if rooms else None
        )

    async def _added(self, room: str) -> None:
        self.chat.set_room((await self.link.read("room", room=room))["room"])
        self.changed()

    # ---- going places ---------------------------------------------------------------------------

    def go(self, room: str, *, show: bool = True) -> None:
        """Shows a room that one is in."""
        view = self.view
        if view.room != room:
            self.saying.stop_typing()
            self.drafts.save()
            before = self.room
            if before is not None:
                before.unread_after = None
            view.anchor = view.chosen = view.reply_to = view.editing = None
            view.unseen_below = 0
        view.room, view.to_unread, view.popup = room, True, None
        if show:
            view.pane = "talk"
        there = self.chat.rooms[room]
        if there.opened:
            there.unread_after = there.state.get("read", 0) if there.unread else None
        self.opening.show(there)
        self.changed()

    def hint(self, type_: str, **fields: Any) -> None:
        """Said out of politeness; nobody minds if it gets lost."""
        self.link.client.ask(type_, **fields).addErrback(lambda failure: None)
