"""Looks: the palette for 256, 16 and no colours, and the signs, also for ASCII-only terminals.

Colours for text are of middle lightness, so that they are readable on dark and on light; wherever
we set a background, its text has a colour of its own too.
"""

from dataclasses import dataclass

#: name, 16 colours, their background, without colours, 256 colours, their background
PALETTE: list[tuple[str, str, str, str, str, str]] = [
    ("dim", "dark gray", "", "", "g52", ""),
    ("rule", "dark gray", "", "", "g42", ""),
    ("bold", "default,bold", "", "bold", "default,bold", ""),
    ("bar", "black", "light gray", "standout", "g89", "g23"),
    ("bar strong", "black,bold", "light gray", "standout,bold", "#fff,bold", "g23"),
    ("bar dim", "black", "light gray", "standout", "g66", "g23"),
    ("bar warn", "light red,bold", "light gray", "standout,bold", "#fa0,bold", "g23"),
    ("here", "white,bold", "dark cyan", "standout,bold", "#fff,bold", "#066"),
    ("here count", "yellow,bold", "dark cyan", "standout,bold", "#fd6,bold", "#066"),
    ("heading", "dark cyan", "", "underline", "#088", ""),
    ("unread", "default,bold", "", "bold", "default,bold", ""),
    ("count", "default,bold", "", "bold", "#088,bold", ""),
    ("mention", "light red,bold", "", "bold,underline", "#d50,bold", ""),
    ("muted", "dark gray", "", "", "g46", ""),
    ("online", "dark green", "", "bold", "#0a0", ""),
    ("me", "dark cyan,bold", "", "bold", "#088,bold", ""),
    ("link", "dark cyan,underline", "", "underline", "#08d,underline", ""),
    ("quote", "dark gray", "", "", "g52", ""),
    ("reaction", "dark cyan", "", "", "#088", ""),
    ("seen", "dark cyan,bold", "", "bold", "#088,bold", ""),
    ("failed", "light red,bold", "", "standout", "#d00,bold", ""),
    ("new", "light red", "", "bold", "#d50", ""),
    ("chosen", "white", "dark blue", "standout", "#fff", "#246"),
    ("box", "default", "", "", "default", ""),
    ("box title", "dark cyan,bold", "", "bold", "#088,bold", ""),
    ("key", "default,bold", "", "bold", "default,bold", ""),
    ("stripe grey", "dark gray", "", "", "g52", ""),
    ("stripe blue", "dark blue", "", "", "#08d", ""),
    ("stripe green", "dark green", "", "", "#0a0", ""),
    ("stripe yellow", "brown", "", "", "#aa0", ""),
    ("stripe red", "light red", "", "", "#d00", ""),
    ("stripe violet", "dark magenta", "", "", "#a6d", ""),
    ("author 0", "dark blue,bold", "", "bold", "#08d,bold", ""),
    ("author 1", "brown,bold", "", "bold", "#d60,bold", ""),
    ("author 2", "dark magenta,bold", "", "bold", "#a6d,bold", ""),
    ("author 3", "dark green,bold", "", "bold", "#086,bold", ""),
    ("author 4", "dark red,bold", "", "bold", "#d06,bold", ""),
    ("author 5", "dark magenta,bold", "", "bold", "#68a,bold", ""),
    ("author 6", "brown,bold", "", "bold", "#880,bold", ""),
    ("author 7", "dark red,bold", "", "bold", "#d68,bold", ""),
]
AUTHORS = 8


@dataclass(frozen=True, slots=True)
class Signs:
    """What is drawn besides letters. Each is one column wide, except the pairs."""

    ellipsis: str = "…"
    line: str = "─"
    bar: str = "│"
    corners: str = "╭╮╰╯"
    quote: str = "┃"
    prompt: str = "›"
    online: str = "●"
    offline: str = "○"
    back: str = "‹"
    star: str = "✎"
    dot: str = "·"
    pin: str = "⌖"
    forward: str = "↪"
    waiting: str = "…"
    stored: str = "✓"
    delivered: str = "✓✓"
    failed: str = "✗"
    up: str = "↑"
    down: str = "↓"


UNICODE = Signs()
ASCII = Signs(
    ellipsis="~",
    line="-",
    bar="|",
    corners="++++",
    quote="|",
    prompt=">",
    online="*",
    offline="o",
    back="<",
    star="*",
    dot=".",
    pin="^",
    forward=">",
    waiting=".",
    stored="v",
    delivered="vv",
    failed="x",
    up="^",
    down="v",
)


def author(user: str) -> str:
    """The look of a name: always the same for the same person."""
    value = 0
    for char in user:
        value = (value * 31 + ord(char)) & 0xFFFFFFFF
    return f"author {value % AUTHORS}"
