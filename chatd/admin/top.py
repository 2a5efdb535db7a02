"""`chatctl top`: the daemon's figures, new each second, or once if nobody sits before them."""

import curses
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from chatd.admin.answering import No
from chatd.admin.answers_watching import Figures
from chatd.admin.control import ask
from chatd.admin.top_figures import Look, between
from chatd.admin.top_screen import lines

#: Seconds between two looks; and how many looks a figure is based on.
EVERY: Final = 1.0
LOOKS: Final = 5

Ask = Callable[[], Look]


def asking(control: Path) -> Ask:
    def once() -> Look:
        answer = ask(control, "top", {})
        if "refused" in answer:
            raise No(answer["refused"]["message"], answer["refused"]["code"])
        done: Look = answer["done"]
        return done

    return once


def snapshot(look: Ask, sleep: Callable[[float], None] = time.sleep) -> Figures:
    """One set of figures, of one second."""
    before = look()
    sleep(EVERY)
    return msgspec.convert(between(before, look()), Figures)


def shown(told: Figures) -> list[str]:
    return "\n".join(lines(msgspec.to_builtins(told))).rstrip().splitlines()


def live(look: Ask) -> None:
    """On the whole screen until `q`. Curses sends only what changed, so nothing flickers."""
    curses.wrapper(lambda screen: _run(screen, look))


def _run(screen: Any, look: Ask) -> None:
    curses.use_default_colors()
    curses.curs_set(0)
    looks: deque[Look] = deque([look()], maxlen=LOOKS + 1)
    due = time.monotonic() + EVERY
    while True:
        screen.timeout(max(0, int((due - time.monotonic()) * 1000)))
        key = screen.getch()
        if key in (ord("q"), ord("Q"), 27):
            return
        if time.monotonic() >= due:
            due = max(due + EVERY, time.monotonic())
            looks.append(look())
            if looks[-1]["time"] < looks[0]["time"]:
                looks = deque([looks[-1]], maxlen=LOOKS + 1)  # the daemon has restarted
        if len(looks) > 1:
            _draw(screen, between(looks[0], looks[-1]))


def _draw(screen: Any, told: dict[str, Any]) -> None:
    height, width = screen.getmaxyx()
    screen.erase()
    shown = lines(told, width - 1, height - 1)
    for row, text in enumerate(shown):
        style = curses.A_BOLD if row == 0 or text.startswith("COMMAND") else curses.A_NORMAL
        # The last column of the last line cannot be written without scrolling.
        screen.addnstr(row, 0, text, width - 1, style)
    screen.addnstr(height - 1, 0, "q quits; figures of the last 5 s", width - 1, curses.A_DIM)
    screen.refresh()
