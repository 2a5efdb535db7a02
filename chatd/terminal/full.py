"""The full screen on a terminal: urwid draws the pictures and reads keys, on Twisted's reactor."""

import argparse
import curses
import os
import sys
from typing import Any, ClassVar

import urwid
from twisted.internet.defer import Deferred
from urwid.canvas import TextCanvas
from urwid.display.raw import Screen as RawScreen

from chatd.terminal import words
from chatd.terminal.app import App
from chatd.terminal.ending import end_with_terminal
from chatd.terminal.keys import Keys
from chatd.terminal.look import ASCII, PALETTE, UNICODE
from chatd.terminal.picture import Picture, in_ascii
from chatd.terminal.profiles import Profile, Screen
from chatd.terminal.safe import safe
from chatd.terminal.width import Row
from chatd.terminal.words import DONE, Trouble

#: Seconds within which what happens is drawn in one go.
FRAME = 0.03


class Desk(urwid.Widget):
    """The whole screen: it shows pictures and passes on what is pressed."""

    _sizing = frozenset([urwid.BOX])
    _selectable = True
    no_cache: ClassVar[list[str]] = ["render"]

    def __init__(self, app: App, keys: Keys, is_ascii: bool) -> None:
        super().__init__()
        self._app = app
        self._keys = keys
        self._ascii = is_ascii

    def render(self, size: Any, focus: bool = False) -> TextCanvas:
        columns, rows = size
        picture: Picture = self._app.paint(columns, rows)
        return canvas(picture, columns, self._ascii)

    def keypress(self, size: Any, key: str) -> str | None:
        self._keys.press(key)
        self._invalidate()
        return None

    def mouse_event(
        self, size: Any, event: str, button: int, col: int, row: int, focus: bool
    ) -> bool:
        self._keys.mouse(event, button, col, row)
        self._invalidate()
        return True

    def get_cursor_coords(self, size: tuple[int, int]) -> tuple[int, int] | None:
        return self._app.picture.cursor


def canvas(picture: Picture, columns: int, is_ascii: bool) -> TextCanvas:
    text: list[bytes] = []
    shapes: list[list[tuple[Any, int]]] = []
    for row in picture.rows:
        shown: Row = in_ascii(row) if is_ascii else row
        parts = [(shape, part.encode("ascii" if is_ascii else "utf-8")) for shape, part in shown]
        text.append(b"".join(part for _, part in parts))
        shapes.append([(shape, len(part)) for shape, part in parts if part])
    return TextCanvas(text, shapes, cursor=picture.cursor, maxcol=columns)


def run(profile: Profile, settings: Screen, options: argparse.Namespace) -> int:
    """Until one quits; returns the exit code."""
    from twisted.internet import reactor

    over: Deferred[Trouble | None] = Deferred()
    screen = FullScreen(reactor, profile, settings, options, over)
    outcome: list[BaseException | None] = []

    async def whole() -> None:
        try:
            await screen.open()
            why = await over
            outcome.append(why)
        except BaseException as error:
            outcome.append(error)
        finally:
            try:
                await screen.close()
            finally:
                if reactor.running:
                    reactor.stop()

    def interrupted() -> Any:
        if not over.called:
            over.callback(None)
        return started

    started: Deferred[None] = Deferred()

    def begin() -> None:
        Deferred.fromCoroutine(whole()).addBoth(lambda _: started.callback(None))

    reactor.callWhenRunning(begin)
    reactor.addSystemEventTrigger("before", "shutdown", interrupted)
    end_with_terminal(reactor)
    reactor.run()
    error = outcome[0] if outcome else None
    if error is None:
        return DONE
    found = words.trouble(error, profile.url)
    if found is None:
        raise error
    print(f"chat: {safe(found.words)}", file=sys.stderr)
    return found.code


class FullScreen:
    def __init__(
        self,
        reactor: Any,
        profile: Profile,
        settings: Screen,
        options: argparse.Namespace,
        over: "Deferred[Trouble | None]",
    ) -> None:
        self._reactor = reactor
        self._over = over
        self._is_ascii = not _knows_unicode() if settings.ascii is None else settings.ascii
        self._settings = settings
        self._due = False
        self._loop: urwid.MainLoop | None = None
        self._terminal: RawScreen | None = None
        self._app = App(
            reactor,
            profile,
            ASCII if self._is_ascii else UNICODE,
            redraw=self._redraw,
            ring=self._ring,
            quit=self._quit,
        )
        self._colours = _colours(options.color)

    async def open(self) -> None:
        """Connects first: if something is wrong, a line says so, not a screen."""
        await self._app.link.open()
        urwid.set_encoding("ascii" if self._is_ascii else "utf-8")
        self._terminal = terminal = RawScreen(bracketed_paste_mode=True, focus_reporting=True)
        terminal.set_terminal_properties(colors=self._colours)  # type: ignore[arg-type]
        # Ctrl-C, -S, -Q, -Z and -\ as keys: nobody's terminal should freeze.
        terminal.tty_signal_keys("undefined", "undefined", "undefined", "undefined", "undefined")
        keys = Keys(self._app, self._app.leave, self._clear)
        desk = Desk(self._app, keys, self._is_ascii)
        self._loop = urwid.MainLoop(
            desk,
            palette=PALETTE,
            screen=terminal,
            handle_mouse=self._settings.mouse,
            event_loop=urwid.TwistedEventLoop(self._reactor, manage_reactor=False),
        )
        self._loop.start()
        self._app.begin()
        self._redraw()

    async def close(self) -> None:
        loop, self._loop = self._loop, None
        try:
            if loop is not None:
                loop.stop()
                loop.screen.stop()
        finally:
            # The terminal may be gone.
            await self._app.end()

    def _quit(self, why: Trouble | None) -> None:
        if not self._over.called:
            self._over.callback(why)

    def _redraw(self) -> None:
        if not self._due and self._loop is not None:
            self._due = True
            self._reactor.callLater(FRAME, self._draw)

    def _draw(self) -> None:
        self._due = False
        if self._loop is not None:
            self._loop.widget._invalidate()
            self._loop.draw_screen()

    def _clear(self) -> None:
        if self._loop is not None:
            self._loop.screen.clear()

    def _ring(self) -> None:
        if self._settings.bell and self._terminal is not None:
            self._terminal.write("\a")
            self._terminal.flush()


def _knows_unicode() -> bool:
    """By the locale, as every other program decides it (POSIX 8.2)."""
    named = {name: os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")}
    if named["LC_CTYPE"] in ("C.UTF-8", "C.utf8") and named["LANG"] in ("", "C", "POSIX"):
        named["LC_CTYPE"] = ""  # Python's own word (PEP 538), not the user's
    return "utf" in next(filter(None, named.values()), "").casefold()


def _colours(wish: str) -> int:
    if wish == "never" or (wish == "auto" and os.environ.get("NO_COLOR")):
        return 1
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return 256
    try:
        curses.setupterm()
        known = curses.tigetnum("colors")
    except curses.error:
        return 16
    return 256 if known >= 256 else 16 if known >= 8 else 1
