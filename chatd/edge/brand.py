"""What a server's own page looks like: its name, logo, colour, words and links, as configured.

All of it goes into the page when it is served: the name and the words as data in a <meta>, the
colour as a stylesheet of its own. So nothing is inline and the security policy stays the same.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

from chatd.core import colour
from chatd.core.colour import Colour
from chatd.core.logo import Logo
from chatd.edge.headers import Header

#: The backgrounds of words in the accent's colour: --bg, --side, --hover and --row of
#: ui/style/tokens.css, in the light theme and in the dark one. A test compares them.
LIGHT: Final = ("#ffffff", "#f4f3ef", "#eceae4", "#f7f6f3")
DARK: Final = ("#1f2226", "#181a1d", "#272b30", "#24282c")
#: Words on a filled button: white ones, or dark ones if the colour is bright.
ON_FILL: Final = ("#ffffff", "#1d1f23")
#: Words of less weight, which also lie on the ground of the reader's own things: --muted.
MUTED: Final = ("#62666d", "#a0a6ae")
#: How much of the accent is in that ground: the first of these that keeps them readable.
SOFT: Final = (0.14, 0.11, 0.08, 0.05, 0.02)
#: How much darker a button is under the pointer.
HOVERED: Final = 0.12

#: What the pages have in these places is replaced.
PLACE: Final = b'<meta name="chatd-brand" content="{}">'
TITLES: Final = (b"<title>chatd</title>", b"<title>Chat</title>")
ICON: Final = re.compile(rb'<link rel="icon" href="[^"]*"[^>]*>')
#: What a service worker keeps: the version, and the addresses of that version's files.
VERSION: Final = re.compile(rb"""(\bVERSION = ["'][^"']*)""")
KEPT: Final = re.compile(rb"\bFILES = \[")
STYLE: Final = "brand.css"
#: All the files that a brand may have below /ui/.
FILES: Final = (STYLE, "logo.svg", "logo.png")
#: A logo opened by itself is a document: it loads and runs nothing.
SEALED: Final[Header] = (
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
)


@dataclass(frozen=True, slots=True)
class Brand:
    """``name`` "" for none of its own; ``accent`` "#rrggbb" or ""; ``links`` by "terms", "privacy"
    and "help", those that exist."""

    name: str = ""
    logo: Logo | None = None
    accent: str = ""
    login_text: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    def files(self) -> dict[str, bytes]:
        """By path below /ui/."""
        found = {}
        if self.accent:
            found[STYLE] = stylesheet(self.accent)
        if self.logo is not None:
            found[self.logo.name] = self.logo.body
        return found

    def told(self) -> dict[str, object]:
        """What the page is told about it."""
        told: dict[str, object] = {
            "name": self.name,
            "logo": self.logo and f"/ui/{self.logo.name}",
            "text": self.login_text,
            "links": dict(self.links),
        }
        return {key: value for key, value in told.items() if value}

    def page(self, html: bytes) -> bytes:
        """The page with all of it in its places."""
        told = json.dumps(self.told(), ensure_ascii=False, separators=(",", ":"))
        html = html.replace(PLACE, PLACE.replace(b"{}", escape(told, quote=True).encode()))
        if self.name:
            title = f"<title>{escape(self.name)}</title>".encode()
            for before in TITLES:
                html = html.replace(before, title)
        if self.logo is not None:
            icon = f'<link rel="icon" href="ui/{self.logo.name}" type="{self.logo.type}">'
            html = ICON.sub(lambda _: icon.encode(), html)
        if self.accent:
            link = f'  <link rel="stylesheet" href="ui/{STYLE}">\n  </head>'
            html = html.replace(b"</head>", link.encode(), 1)
        return html

    def worker(self, script: bytes) -> bytes:
        """A service worker that keeps the brand's files with the rest, and differs if the brand
        differs: what it kept of the earlier page is then out of date."""
        files = self.files()
        looks = [json.dumps(self.told()).encode(), *files.values()]
        if not (self.told() or files):
            return script
        tag = hashlib.sha256(b"\0".join(looks)).hexdigest()[:8].encode()
        named = b"".join(b'"/ui/' + name.encode() + b'", ' for name in files)
        script = VERSION.sub(rb"\1" + b"-" + tag, script)
        return KEPT.sub(lambda found: found[0] + named, script)

    def manifest(self, manifest: bytes) -> bytes:
        """A web app manifest with the name and the logo in it."""
        if not (self.name or self.logo):
            return manifest
        told = json.loads(manifest)
        if self.name:
            told["name"] = told["short_name"] = self.name
        if self.logo is not None:
            icon = {"src": f"ui/{self.logo.name}", "type": self.logo.type, "sizes": "any"}
            told["icons"] = [icon, *told.get("icons", [])]
        return json.dumps(told, ensure_ascii=False).encode()


def stylesheet(accent: str) -> bytes:
    """The variables of ui/style/tokens.css that concern the accent, each readable on or under what
    it meets, in both themes."""
    given = colour.parse(accent)
    assert given is not None, "checked with the settings"
    light, dark = _theme(given, LIGHT, MUTED[0]), _theme(given, DARK, MUTED[1])
    lines = [f"  --{name}: light-dark({light[name]}, {dark[name]});" for name in light]
    return "\n".join([":root {", *lines, "}", ""]).encode()


def _theme(accent: Colour, surfaces: tuple[str, ...], muted: str) -> dict[str, str]:
    grounds = tuple(map(_parsed, surfaces))
    softs = [_parsed(colour.write(colour.mixed(grounds[0], accent, share))) for share in SOFT]
    soft = next((one for one in softs if _fits(_parsed(muted), one)), softs[-1])
    fill = colour.readable(accent, grounds[:2], colour.SHAPE)
    hovered = colour.mixed(fill, colour.BLACK, HOVERED)
    fits = (one for one in map(_parsed, ON_FILL) if _fits(one, fill) and _fits(one, hovered))
    on_fill = next(fits, None)
    if on_fill is None:
        # Between the two: a little darker, and white can be read on it.
        on_fill = colour.WHITE
        fill = colour.readable(fill, (colour.WHITE,), colour.TEXT)
    words = colour.readable(accent, (*grounds, soft), colour.TEXT)
    named = {"accent": words, "fill": fill, "on-fill": on_fill, "soft": soft}
    return {name: colour.write(one) for name, one in named.items()}


def _fits(words: Colour, ground: Colour) -> bool:
    return colour.contrast(words, ground) >= colour.TEXT


def _parsed(text: str) -> Colour:
    found = colour.parse(text)
    assert found is not None
    return found
