"""The site, the chat, and people who are signed in at the site."""

from __future__ import annotations

from pathlib import Path

from tests.embed.frame import Frame, frame_of
from tests.embed.walk import Walk
from tests.handbook.reading import blocks
from tests.ui.browser import Browser, Window

PASSWORDS = {"anna": "correct horse", "ben": "battery staple"}
BOX = ".composer textarea"


class World:
    def __init__(self, walk: Walk, browser: Browser) -> None:
        self.walk = walk
        self.browser = browser
        self.site, self.daemon = walk.site, walk.daemon
        self.page_file: Path = self.site.folder / "public" / "chat.php"
        self.key_file: Path = self.site.folder / "site.key"
        self._windows: list[Window] = []

    def signed_in(
        self, name: str, width: int = 1200, height: int = 800, window: Window | None = None
    ) -> Window:
        """A window on the chat page of the site, signed in through the site's own form."""
        window = window or self.browser.window(width, height)
        self._windows.append(window)
        window.go(self.site.url)
        window.write("input[name=name]", name)
        window.write("input[name=password]", PASSWORDS[name])
        window.press("Enter")
        window.wait("location.pathname === '/chat.php' && document.readyState === 'complete'")
        return window

    def everybody_leaves(self) -> None:
        """Closes the windows, which would go on talking."""
        for window in self._windows:
            window.close()
        self._windows.clear()

    def frame(self, page: Window) -> Frame:
        return frame_of(self.browser, page, f"{self.daemon.url}/embed")

    def talking(self, page: Window) -> Frame:
        """The frame once the room is in it."""
        frame = self.frame(page)
        frame.sees("Lobby", ".head")
        return frame

    def posts(self) -> None:
        """The site's server does what the document says of posting."""
        done = self.walk.run(blocks()["embed.md#post-from-your-server"].text)
        assert done.returncode == 0, done.stdout + done.stderr

    def debug(self, page: Window) -> tuple[int, str]:
        """What the document's last command says of the token of whoever sits at ``page``."""
        command = blocks()["embed.md#when-it-does-not-appear"].text
        cookies = page.call("Network.getCookies", urls=[self.site.url])["cookies"]
        session = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
        done = self.walk.run(command, COOKIE=session)
        return done.returncode, done.stdout + done.stderr


def say(frame: Frame, text: str) -> None:
    frame.write(BOX, text)
    frame.press("Enter")
