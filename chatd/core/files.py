"""What is known of a file that somebody uploads: its name, as readers may see it, and its type.

A name comes from a stranger's disk and ends on a reader's: it names no folder, changes no
direction of writing, and is short enough for every file system.
"""

import re
from typing import Final
from unicodedata import category, normalize

from chatd.core.codes import Code
from chatd.core.pictures import Picture, found_in
from chatd.core.refusal import Refusal
from chatd.core.text import drop_loose_tags, has_visible, limit_marks, shorten_runs

#: Files of one message.
EACH: Final = 10
#: Bytes of a name in UTF-8: NAME_MAX of Linux, and the limit of most others.
NAME_BYTES: Final = 255
#: Bytes of an extension that a shortened name keeps, its dot included.
ENDING_BYTES: Final = 32
#: How many of a file's first bytes are looked at for a picture.
HEAD_BYTES: Final = 1_048_576
#: Most pixels of a picture shown as one, and its longest side. A browser needs four bytes per pixel
#: to show it, however few it fetched; cameras make up to 50 million pixels.
PIXELS: Final = 64 * 2**20
SIDE: Final = 16_384
#: The type of a file whose type nobody has given (RFC 9110 §8.3).
UNKNOWN: Final = "application/octet-stream"

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}(?![\s\S])")
_FOLDERS = re.compile(r"[\\/]")
_JOINERS = "\u200c\u200d"


def file_name(text: str) -> str:
    """The name as everybody sees it: what follows the last slash, in NFC, without controls and
    marks of direction, at most 255 bytes in UTF-8; "file" if nothing is left."""
    text = _FOLDERS.split(text[: 16 * NAME_BYTES])[-1]
    text = "".join(
        " " if category(char) in ("Zs", "Zl", "Zp") else char
        for char in drop_loose_tags(text)
        if category(char) not in ("Cc", "Cs", "Cn", "Co")
        and (category(char) != "Cf" or char in _JOINERS)
    )
    text = limit_marks(normalize("NFC", shorten_runs(text)))
    text = _short(" ".join(text.split()))
    return text if has_visible(text) and text.strip(".") else "file"


def _short(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES:
        return name
    begin, point, end = name.rpartition(".")
    ending = point + end if begin and len(end.encode()) < ENDING_BYTES else ""
    kept = name.removesuffix(ending).encode()[: NAME_BYTES - len(ending.encode())]
    return kept.decode("utf-8", "ignore").rstrip() + ending


def media_type(text: str | None) -> str:
    """What a Content-Type says, without its parameters, in lower case. Refusal `bad-field` if it is
    not a type (RFC 6838 §4.2)."""
    if text is None:
        return UNKNOWN
    said = text.partition(";")[0].strip(" \t").lower()
    if not said:
        return UNKNOWN
    if _TYPE.match(said) is None:
        raise Refusal(
            Code.BAD_FIELD,
            "The Content-Type is not of the form type/subtype; leave it out if there is none.",
            field="Content-Type",
        )
    return said


def picture_to_show(head: bytes) -> Picture | None:
    """The picture that a file beginning with ``head`` is shown as; None if it is not a picture, or
    says it has more pixels than a reader's browser should be asked to show."""
    found = found_in(head)
    if found is None or max(found.width, found.height) > SIDE:
        return None
    return found if found.width * found.height <= PIXELS else None
