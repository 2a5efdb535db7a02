"""axe-core in a window: what it holds against a screen by WCAG 2.2 AA and by good practice.

It comes in through DevTools, so the page's policy stays as it is.
"""

from __future__ import annotations

import json

from tests import vendored
from tests.ui.browser import Window

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
SIZES = ((1280, 800), (390, 844))
THEMES = ("light", "dark")
#: Ends what moves, and waits for the frame in which all is drawn.
_SETTLED = """(async () => {
    await document.fonts.ready;
    document.getAnimations().forEach((one) => one.playState !== 'idle' && one.finish?.());
    await new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
})()"""


def audit(window: Window) -> list[str]:
    """Each fault on a line: the rule, what is wrong, the element."""
    if not window.js("'axe' in window"):
        window.js(f"{vendored.text('axe.min.js')}; true")
    window.js(_SETTLED)
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = window.js(
        f"""(async () => {{
            const {{ violations }} = await axe.run(document, {json.dumps(options)});
            // A menu has the focus while it is there, in front of the page and in no region of it.
            const menu = (id, node) => id === 'region' && node.html.startsWith('<div class="menu"');
            const kept = (id, nodes) => nodes.filter((node) => !menu(id, node));
            return violations.flatMap(({{ id, nodes }}) => kept(id, nodes).map((node) => [
                id,
                (node.failureSummary ?? '').replaceAll(/\\s+/g, ' ').slice(0, 260),
                node.html.slice(0, 200),
            ].join(' | ')));
        }})()"""
    )
    return [str(line) for line in found]


class Screens:
    """Every screen shown to it, at all sizes and in both themes; `faults` of all of them."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.faults: list[str] = []

    def look(self, window: Window, name: str, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
        self.seen.append(name)
        for width, height in sizes:
            window.size(width, height, touch=width < 720)
            for theme in THEMES:
                window.theme(theme)
                for fault in audit(window):
                    self.faults.append(f"{name} {width} {theme}: {fault}")
        window.size(*SIZES[0])
        window.theme(THEMES[0])
