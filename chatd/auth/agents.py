"""What a browser is called in a list that its owner reads: "Firefox on Linux".

It goes by what the browser says about itself (RFC 9110 §10.1.5), which proves nothing and decides
nothing. Browsers pretend to be their forerunners, so the order of the words matters.
"""

from typing import Final

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """From a User-Agent header; its first 80 characters if it is not a known browser's."""
    browser = _first(_BROWSERS, agent)
    if browser is None:
        return agent[:80]
    system = _first(_SYSTEMS, agent)
    return browser if system is None else f"{browser} on {system}"


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for word, name in table if word in agent), None)
