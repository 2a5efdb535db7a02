"""A logo, read from its bytes: a PNG, or an SVG that only draws.

An SVG is a document that may hold scripts, other documents and addresses. The page shows it as an
image, where browsers run nothing (https://www.w3.org/TR/SVG2/conform.html#secure-static-mode), and
the server forbids all of it in the answer; but some people open the file itself, so anything that
does more than draw is refused here, with the reason.
"""

from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from chatd.core.pictures import MAX_SIDE, picture
from chatd.core.refusal import Refusal

MAX_BYTES: Final = 65_536
_SVG: Final = "http://www.w3.org/2000/svg"
_ACTIVE: Final = ("script", "foreignobject", "iframe", "embed", "object", "audio", "video", "a")
_SUFFIX: Final = {"image/svg+xml": "svg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Logo:
    """``type`` is a media type."""

    type: str
    body: bytes

    @property
    def name(self) -> str:
        return f"logo.{_SUFFIX[self.type]}"


def logo(data: bytes) -> Logo:
    """ValueError says what is wrong and what to do, worded to follow the file's name."""
    if not data:
        raise ValueError("is empty")
    if len(data) > MAX_BYTES:
        raise ValueError(f"has {len(data)} bytes, at most {MAX_BYTES} are taken: make it smaller")
    if data.startswith(b"\x89PNG"):
        try:
            found = picture(data)
        except Refusal:
            raise ValueError(
                f"is no PNG of at most {MAX_SIDE} × {MAX_SIDE} pixels: save it anew, smaller"
            ) from None
        return Logo(found.type, data)
    _check_svg(data)
    return Logo("image/svg+xml", data)


def _check_svg(data: bytes) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    seen: list[str] = []

    def doctype(*_: object) -> None:
        raise ValueError("begins with a DOCTYPE, which an SVG does not need: remove that line")

    def instruction(target: str, _: str) -> None:
        raise ValueError(f"holds <?{target} …?>, which may load other files: remove that line")

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not seen and (space, local) != (_SVG, "svg"):
            raise ValueError(
                f'is no SVG: it begins with <{local}> and not with <svg xmlns="{_SVG}">'
            )
        seen.append(local)
        if local.lower() in _ACTIVE:
            raise ValueError(f"holds <{local}>, and a logo only draws: remove it")
        for key, value in attributes.items():
            word = key.rpartition(" ")[2].lower()
            if word.startswith("on"):
                raise ValueError(f"holds the attribute {word}, and a logo runs nothing: remove it")
            if word in ("href", "src") and not value.strip().startswith(("#", "data:image/")):
                raise ValueError(
                    f"names another file or address in {word}, which no browser loads in a logo:"
                    " put it into the file itself"
                )

    parser.StartDoctypeDeclHandler = doctype
    parser.ProcessingInstructionHandler = instruction
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(
            f"is neither a PNG nor an SVG that is whole (line {error.lineno}): export it anew"
        ) from None
