"""Content-Disposition (RFC 6266), as far as files of messages need it: reading and writing it.

The name is `filename*` in UTF-8 (RFC 8187); a plain `filename` beside it is ignored.
"""

import re
from typing import Final, Literal
from urllib.parse import quote, unquote_to_bytes

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

HEADER: Final = "Content-Disposition"
#: Characters of the header's value: a name of 255 bytes, all escaped, fits five times.
LONGEST: Final = 4096

_TYPE = re.compile(r"[ \t]*attachment[ \t]*(?=;|(?![\s\S]))", re.IGNORECASE)
_PARAMETER = re.compile(
    r";[ \t]*([!#$&+.^_`|~0-9A-Za-z-]+\*?)[ \t]*=[ \t]*"
    r'("(?:[^"\\]|\\.)*"|[^\s;",]+)[ \t]*'
)
_EXTENDED = re.compile(r"utf-8'[A-Za-z0-9-]*'((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-Fa-f]{2})+)", re.I)


def said_name(text: str | None) -> str:
    """The name that a request's header states, as it stands there. Refusal `bad-field`."""
    name = None if text is None or len(text) > LONGEST else _name(text)
    if name is None:
        raise Refusal(
            Code.BAD_FIELD,
            f"{HEADER} is to say the file's name: attachment; filename*=UTF-8''a%20picture.png.",
            field=HEADER,
        )
    return name


def _name(text: str) -> str | None:
    begun = _TYPE.match(text)
    if begun is None:
        return None
    found: dict[str, str] = {}
    at = begun.end()
    while at < len(text):
        parameter = _PARAMETER.match(text, at)
        if parameter is None or parameter[1].lower() in found:
            return None
        found[parameter[1].lower()] = parameter[2]
        at = parameter.end()
    extended = _EXTENDED.fullmatch(found.get("filename*", ""))
    if extended is None:
        return None
    try:
        return unquote_to_bytes(extended[1]).decode("utf-8")
    except UnicodeDecodeError:
        return None


def disposition(kind: Literal["inline", "attachment"], name: str) -> str:
    """The header's value, in ASCII whatever the name."""
    return f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
