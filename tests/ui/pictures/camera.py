"""Takes one picture at each size and in each theme, and joins them into sheets."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from pathlib import Path

from tests.ui.page import Page

SIZES = ((360, 740), (390, 844), (768, 1024), (1280, 800), (1920, 1080))
THEMES = ("light", "dark")
#: Where one of a kind is enough: a phone, a desk.
TWO = ((390, 844), (1280, 800))
#: Seconds for what moves to rest.
REST = 0.35
STYLE = """body { margin: 0; padding: 8px; background: #777; font: 12px sans-serif; }
main { display: flex; flex-wrap: wrap; gap: 8px; align-items: start; }
figure { margin: 0; } figcaption { color: #fff; } img { display: block; height: HEIGHTpx; }"""


class Camera:
    """Into ``folder``: ``NAME-WIDTH-THEME.png``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.taken: list[Path] = []

    def take(
        self,
        window: Page,
        name: str,
        sizes: tuple[tuple[int, int], ...] = SIZES,
        before: Callable[[], None] | None = None,
        themes: tuple[str, ...] = THEMES,
    ) -> None:
        """``before`` sets the scene anew for each picture, where it does not last."""
        for width, height in sizes:
            window.size(width, height, touch=width < 1000)
            for theme in themes:
                window.theme(theme)
                if before is not None:
                    before()
                time.sleep(REST)
                path = self._folder / f"{name}-{width}-{theme}.png"
                window.picture(path)
                self.taken.append(path)
        window.size(1280, 800)
        window.theme(THEMES[0])

    def sheet(self, window: Page, name: str, height: int = 420) -> None:
        """A page with all that was taken since the last one, and a picture of it."""
        figures = "".join(
            f"<figure><img src='{html.escape(path.name)}'>"
            f"<figcaption>{html.escape(path.stem)}</figcaption></figure>"
            for path in self.taken
        )
        style = STYLE.replace("HEIGHT", str(height))
        page = self._folder / f"{name}.html"
        page.write_text(
            f"<!doctype html><meta charset=utf-8><title>{name}</title>"
            f"<style>{style}</style><main>{figures}</main>"
        )
        self.taken = []
        window.size(2000, 1000)
        window.go(page.resolve().as_uri())
        tall = int(window.js("document.documentElement.scrollHeight"))
        window.size(2000, tall)
        time.sleep(REST)
        window.picture(self._folder / f"{name}.png")
