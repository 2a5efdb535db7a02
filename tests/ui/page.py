"""What one sees and does at a window, whichever browser draws it."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

#: Seconds within which anything a page does must have happened.
PATIENCE = 15.0


class PageError(AssertionError):
    """The page did not do what was waited for, or a script of it failed."""


class Page(ABC):
    """A window with a profile that it shares with no other, unless one is `another` of it."""

    #: Pixels: no scrolling comes closer than this to where it was to end. A `scrollTop` of 10.3 is
    #: 10, and one of 10.5 is 11.
    scrolls_by: ClassVar[float] = 0.5

    def __init__(self) -> None:
        #: what went wrong in the page: errors, and what its security policy stopped
        self.complaints: list[str] = []
        #: the addresses of all requests
        self.requests: list[str] = []
        #: the addresses of those that failed, and why, where the browser tells
        self.failures: list[str] = []
        #: how the server answered each WebSocket: headers by lower-case name
        self.upgrades: list[dict[str, str]] = []

    # ---- what each browser does in its own way ---------------------------------------------------

    @abstractmethod
    def go(self, url: str) -> None:
        """Until the page is loaded; also where only the fragment is another."""

    @abstractmethod
    def reload(self) -> None: ...

    @abstractmethod
    def js(self, expression: str) -> Any:
        """The value of an expression in the page; promises are waited for."""

    @abstractmethod
    def size(self, width: int, height: int, *, touch: bool = False) -> None: ...

    @abstractmethod
    def theme(self, name: str) -> None:
        """What the system prefers: "light" or "dark"."""

    @abstractmethod
    def offline(self, yes: bool) -> None:
        """The browser itself knows that it has no network."""

    @abstractmethod
    def look_away(self) -> None:
        """Somebody opens another tab in front of this one."""

    @abstractmethod
    def look_back(self) -> None: ...

    @abstractmethod
    def another(self, width: int = 1280, height: int = 800) -> Page:
        """One more tab of the same profile."""

    @abstractmethod
    def close_tab(self) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """The whole profile, with all that it had open."""

    @abstractmethod
    def picture(self, path: Path) -> None: ...

    @abstractmethod
    def press(self, name: str) -> None:
        """A key: Enter, Escape, Tab, ArrowUp or ArrowDown."""

    @abstractmethod
    def insert(self, text: str) -> None:
        """Text as a keyboard brings it, in place of what is selected."""

    @abstractmethod
    def point(self, x: float, y: float) -> None:
        """The mouse moves there."""

    @abstractmethod
    def press_at(self, x: float, y: float, button: str = "left") -> None:
        """The mouse moves there and presses a button: left or right."""

    # ---- looking --------------------------------------------------------------------------------

    def wait(self, expression: str, seconds: float = PATIENCE) -> Any:
        """The first true value of the expression."""
        return self.until(lambda: self.js(expression), f"{expression}", seconds)

    def until(self, look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        deadline = time.monotonic() + seconds
        while True:
            try:
                value = look()
            except PageError:
                value = None  # the page is being replaced by another
            if value:
                return value
            if time.monotonic() > deadline:
                told = "\n".join([*self.told(), self.text()])
                raise PageError(f"not within {seconds} s: {what}\n{told}")
            time.sleep(0.02)

    def told(self) -> list[str]:
        """What may be the reason where the page does not do what was waited for."""
        return [*self.complaints, *self.failures[-20:]]

    def text(self) -> str:
        """What the page says, as innerText has it."""
        return str(self.js("document.body?.innerText ?? ''"))

    def sees(self, text: str, within: str = "body", seconds: float = PATIENCE) -> None:
        found = f"document.querySelector({json.dumps(within)})?.innerText.includes"
        self.wait(f"{found}({json.dumps(text)})", seconds)

    def count(self, selector: str) -> int:
        return int(self.js(f"document.querySelectorAll({json.dumps(selector)}).length"))

    # ---- doing ----------------------------------------------------------------------------------

    def click(self, selector: str, text: str = "", button: str = "left") -> None:
        """A real click on the first visible element that has the text (or label)."""
        self.press_at(*self._middle(selector, text), button)

    def hover(self, selector: str) -> None:
        """Until the page knows: what lies there may just be drawn anew, or move away."""

        def arrives() -> bool:
            x, y = self._middle(selector, "")
            self.point(x, y)
            return bool(
                self.js(f"document.querySelector({json.dumps(selector)}).matches(':hover')")
            )

        self.until(arrives, f"the mouse is over {selector}")

    def _middle(self, selector: str, text: str) -> tuple[float, float]:
        """Where a hand would point: once the element rests there and nothing lies over it."""
        find = f"""(async () => {{
            const fits = (one) => !{json.dumps(text)}
                || (one.innerText + ' ' + (one.ariaLabel ?? '')).includes({json.dumps(text)});
            const found = [...document.querySelectorAll({json.dumps(selector)})]
                .filter((one) => one.getClientRects().length && fits(one))[0];
            if (!found) return null;
            found.scrollIntoView({{ block: 'nearest' }});
            const middle = () => {{
                const box = found.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }};
            const before = middle();
            await new Promise((then) => setTimeout(then, 40));
            const now = middle();
            const rests = now[0] === before[0] && now[1] === before[1];
            return rests && found.contains(document.elementFromPoint(...now)) ? now : null;
        }})()"""
        x, y = self.wait(find)
        return x, y

    def write(self, selector: str, text: str) -> None:
        """Puts text into a field in place of what is there, as a keyboard would."""
        self.wait(f"document.querySelector({json.dumps(selector)}) !== null")
        self.js(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            " one.focus(); one.select(); })()"
        )
        self.insert(text)
