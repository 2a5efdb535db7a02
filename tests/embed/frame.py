"""What stands in a frame of a page: looked at from inside, touched from outside, as people do."""

from __future__ import annotations

import json
from typing import Any

from tests.ui.browser import Browser, PageError, Window


class Frame(Window):
    """The frame of ``page`` that shows an address beginning with ``url``.

    It is a process of its own to Chromium. Mouse and keyboard reach it through the page around it.
    """

    def __init__(self, browser: Browser, page: Window, url: str) -> None:
        def attached() -> Any:
            for target in browser.call("Target.getTargets")["targetInfos"]:
                ours = target.get("browserContextId") == page._context
                if target["type"] == "iframe" and ours and target["url"].startswith(url):
                    found = {"targetId": target["targetId"], "flatten": True}
                    return browser.call("Target.attachToTarget", **found)["sessionId"]
            return None

        session = page.until(attached, f"a frame with {url}")
        super().__init__(browser, session, page._context)
        browser.hears(self)
        self._page = page
        for domain in ("Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def write(self, selector: str, text: str) -> None:
        self.click(selector)
        self.wait(f"document.activeElement?.matches({json.dumps(selector)})")
        self.js("document.activeElement.select()")
        self._page.call("Input.insertText", text=text)

    def press(self, name: str) -> None:
        self._page.press(name)

    def click(self, selector: str, text: str = "") -> None:
        x, y = self._middle(selector, text)
        left, top = self._page.js(
            "(() => { const box = document.querySelector('iframe').getBoundingClientRect();"
            " return [box.x, box.y]; })()"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._page.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=left + x,
                y=top + y,
                button="left",
                clickCount=1,
            )


def frame_of(browser: Browser, page: Window, url: str) -> Frame:
    """The frame once it says something; a page that reloads replaces it."""
    frame = Frame(browser, page, url)
    frame.wait("document.body?.innerText.length > 0")
    return frame


__all__ = ["Frame", "PageError", "frame_of"]
