"""[page]: what the operator can choose about the page, and what is valid there."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chatd.config.setting import Check, setting
from chatd.core import colour
from chatd.core.logo import MAX_BYTES, logo


def _words(most: int, *, lines: bool = False) -> Check:
    def check(value: str) -> str | None:
        fit = all(char.isprintable() or (lines and char == "\n") for char in value)
        if fit and len(value) <= most and value == value.strip():
            return None
        return f"at most {most} characters, " + (
            "in lines" if lines else "in one line without spaces around"
        )

    return check


def _colour(value: str) -> str | None:
    fits = not value or colour.parse(value) is not None
    return None if fits else 'a colour in six digits, such as "#0f6b62"'


def _link(value: str) -> str | None:
    right = 'an https address of at most 500 characters, such as "https://www.example.org/terms"'
    if not value:
        return None
    try:
        url = urlsplit(value)
        whole = url.scheme == "https" and url.hostname and "@" not in url.netloc
    except ValueError:
        return right
    plain = value.isprintable() and " " not in value and len(value) <= 500
    return None if whole and plain else right


def read_logo(path: Path) -> bytes:
    """The file's bytes, at most one more than a logo may have. OSError."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _logo(path: Path) -> str | None:
    try:
        logo(read_logo(path))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except ValueError as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class Page:
    """[page]: what the page looks like. All of it is changed by a reload."""

    name: str = setting(
        "",
        "What the page calls this place; empty: server.name, and where that is not set either, the"
        " name of the host.",
        check=_words(60),
    )
    logo: str = setting(
        "",
        f"File with the logo, a square SVG or PNG of at most {MAX_BYTES // 1024} KiB; an SVG that"
        " only draws.",
        file=_logo,
    )
    accent: str = setting(
        "",
        'Colour of buttons, links and one\'s own things, such as "#0f6b62". Where it could not be'
        " read in the light or the dark theme, a darker or lighter one of it is taken there.",
        check=_colour,
    )
    login_text: str = setting(
        "",
        "What stands on the front, above the form.",
        check=_words(500, lines=True),
    )
    terms: str = setting("", "Address of the terms of use.", check=_link)
    privacy: str = setting("", "Address of the privacy notice.", check=_link)
    help: str = setting("", "Address where people find help.", check=_link)
