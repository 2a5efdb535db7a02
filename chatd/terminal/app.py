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
from chatd.terminal.link import Link
from chatd.terminal.look import Signs
from chatd.terminal.marks import Marks
from chatd.terminal.model import Chat, Room
from chatd.terminal.picture import Painter, Picture
from chatd.terminal.profiles import Profile
from chatd.terminal.reach import Reach
from chatd.terminal.saying import Saying
from chatd.terminal.view import Popup, View
from chatd.terminal.words import Trouble, trouble

Frame = dict[str, Any]
#: Messages to begin with.
FIRST_PAGE = 60
#: Rooms heard in full at a time; the ones looked at last.
MOST_OPEN = 20
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
        self._loading: set[str] = set()
        self._recent: list[str] = []
        self._timers: dict[str, IDelayedCall] = {}
        self.drafts = Drafts(self)
        self.marks = Marks(self)
        self.saying = Saying(self)
        self.reach = Reach(self)
        self._stopping = False
        self.link = Link(
            reactor,
            profile,
            on_event=self._event,
            on_signal=self._signal,
            on_state=self._state,
            on_lost_history=self._lost,
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
        await self.link.close()

    def leave(self) -> None:
        """Quits; asks first where something was not sent yet."""
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
        doing.addErrback(self._failed)

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
        """One timer of each name; a new one takes the place of the old one."""
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
        self.marks.arrived()
        self.changed()

    def _heard(self, frame: Frame, looking: bool) -> None:
        room = self.chat.rooms.get(frame["room"])
        if room is None or frame["from"] == self.chat.me:
            return
        if room.id == self.view.room and self.view.anchor is not None:
            self.view.unseen_below += 1
        if not looking and room.rings(self.chat.mentions_me(frame), self.now):
            self._ring()

    def _wish_quoted(self, frame: Frame) -> None:
        """What a new message answers, if it is too far back to be known."""
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
            self._quit(trouble(error, host) or Trouble(str(error), words.UNREACHABLE))
        else:
            for room in self.chat.rooms.values():
                room.typing, room.typing_count = [], 0
            self.view.offline = self._why_offline(state)
        self.changed()

    def _why_offline(self, state: State) -> str:
        if state == "connecting":
            return "Connecting ..."
        error = self.link.client.error
        found = trouble(error) if error is not None and self.link.client.connections == 0 else None
        return found.words if found else "Not connected; trying again ..."

    def _lost(self, rooms: list[str]) -> None:
        """Nobody can tell what was missed: these are read anew."""
        for room in rooms:
            self.do(self._reopen(room))

    async def _reopen(self, room: str) -> None:
        self.chat.opened(await self.link.client.open(room, FIRST_PAGE))
        self.changed()

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
        """Shows a room of one's own."""
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
        self._recent = [one for one in self._recent if one != room] + [room]
        if there.opened:
            there.unread_after = there.state.get("read", 0) if there.unread else None
        else:
            self.do(self._open(room))
        if len(self._recent) > MOST_OPEN:
            self._close(self._recent.pop(0))
        if there.members is None and not there.is_direct:
            self.do(self._members(there))
        self.changed()

    async def _open(self, room: str) -> None:
        if room in self._loading:
            return
        self._loading.add(room)
        try:
            there = self.chat.rooms.get(room)
            unread = there.unread if there else 0
            limit = min(max(FIRST_PAGE, unread + 10), 500)
            opened = self.chat.opened(await self.link.client.open(room, limit))
            self.view.to_unread = room == self.view.room
        finally:
            self._loading.discard(room)
        self.marks.arrived()
        self.do(self._around(opened))
        if opened.is_direct:
            opened.members = [
                {"user": opened.state.get("other", ""), "name": opened.state["name"], "role": ""}
            ]
        self.changed()

    async def _around(self, room: Room) -> None:
        """What belongs to a room besides what is said there."""
        if "pins" in self.chat.features:
            reply = await self.link.read("pins", room=room.id)
            room.timeline.pins = {pin["message"]["seq"] for pin in reply["pins"]}
        other = room.state.get("other")
        if other and "profile" in self.chat.features:
            person = (await self.link.read("person", user=other))["person"]
            self.chat.statuses[other] = person.get("status") or {}
        self.changed()

    def _close(self, room: str) -> None:
        there = self.chat.rooms.get(room)
        if there is not None and not there.timeline.pending:
            there.opened = False
            self.do(self.link.client.close(room))

    async def _members(self, room: Room) -> None:
        found: list[Frame] = []
        more = True
        while more and len(found) < 500:
            after = found[-1]["name"] if found else None
            reply = await self.link.read("members", room=room.id, after=after)
            found += reply["members"]
            more = bool(reply.get("more")) and bool(reply["members"])
        room.members = found
        self.changed()

    def hint(self, type_: str, **fields: Any) -> None:
        """Said for politeness; nobody minds if it gets lost."""
        self.link.client.ask(type_, **fields).addErrback(lambda failure: None)
