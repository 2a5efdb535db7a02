"""Names: of users, told apart; of rooms in references, `#name`; and the titles that people see."""

import re
from itertools import groupby
from unicodedata import category, decimal, normalize

from precis_i18n import get_profile

from chatd.core.codes import Code
from chatd.core.lookalikes import COMMON, one_script, scripts_of, skeleton
from chatd.core.refusal import Refusal
from chatd.core.text import drop_loose_tags, has_visible, is_ignorable, limit_marks

MAX_NAME, MAX_NAME_BYTES = 32, 64
MAX_SLUG, MAX_SLUG_BYTES = 48, 96
MAX_TITLE = 80
SEPARATORS = "._-"

# fmt: off
RESERVED = frozenset((
    "abuse", "admin", "administrator", "all", "anonymous", "api", "bot", "channel", "chat",
    "chatctl", "chatd", "daemon", "deleted", "everyone", "guest", "here", "help", "host",
    "hostmaster", "info", "login", "logout", "me", "mod", "moderator", "nobody", "none", "null",
    "official", "operator", "owner", "postmaster", "room", "root", "security", "server",
    "service", "settings", "staff", "superuser", "support", "sysadmin", "sysop", "system",
    "team", "undefined", "unknown", "user", "webmaster",
))
# fmt: on
"""Names that would speak for the server, mean many people, or be taken for a program's keyword."""

_USERNAME = get_profile("UsernameCaseMapped")
_SPACES = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_JOINERS = "\u200c\u200d"
_VARIATION = re.compile("[\ufe00-\ufe0f]")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_NO_SEPARATORS = dict.fromkeys(map(ord, SEPARATORS))


def user_name(text: str, *, privileged: bool = False, field: str = "name") -> str:
    """The one form of a user name, by PRECIS UsernameCaseMapped (RFC 8265 §3.3), narrowed.

    1 to 32 code points and at most 64 bytes; letters, marks and digits of one script, starting
    with a letter, with single `. _ -` between them. Reserved names, and those that look like one,
    need `privileged`. Whether the name is free is for the store, by `skeleton`.
    """
    name = _identifier(text, MAX_NAME, MAX_NAME_BYTES, field)
    if category(name[0])[0] != "L":
        raise Refusal(Code.BAD_FIELD, "A name starts with a letter.", field=field)
    if not privileged and is_reserved(name):
        raise Refusal(
            Code.NAME_TAKEN, "This name, or one that looks like it, is reserved.", field=field
        )
    return name


def user_name_of(text: str) -> str | None:
    """The one form of the user name in ``text``, reserved or not; None if nobody can have it."""
    try:
        return _identifier(text, MAX_NAME, MAX_NAME_BYTES, "name")
    except Refusal:
        return None


def room_slug(text: str, *, field: str = "slug") -> str:
    """A room's name in references (`#tea-room`): as `user_name`, but 1 to 48 code points and at
    most 96 bytes, a digit may come first, and nothing is reserved."""
    name = _identifier(text, MAX_SLUG, MAX_SLUG_BYTES, field)
    if category(name[0])[0] not in "LN":
        raise Refusal(Code.BAD_FIELD, "A name starts with a letter or a digit.", field=field)
    return name


def is_reserved(name: str) -> bool:
    """Whether a name reads as a reserved one; accents, separators and i for l do not matter."""
    plain = "".join(c for c in normalize("NFD", name) if category(c)[0] != "M")
    return _reading(plain.translate(_NO_SEPARATORS)) in _RESERVED_READINGS


def title(text: str, *, field: str = "title") -> str:
    """The name that people see, of a user or a room: not unique, any script, 1 to 80 code points.

    In the manner of PRECIS Nickname (RFC 8266 §2), case and compatibility forms kept: NFC, trimmed,
    inner spaces collapsed; controls, bidi formatting and the invisible refused.
    """
    if len(text) > 4 * MAX_TITLE:
        raise _too_long(len(text), MAX_TITLE, field)
    name = limit_marks(normalize("NFC", _SPACES.sub(" ", text).strip(" ")))
    if _hides_something(name):
        raise Refusal(
            Code.BAD_FIELD,
            "This holds a control or invisible character; type it anew instead of pasting it.",
            field=field,
        )
    if not has_visible(name):
        raise Refusal(Code.BAD_FIELD, "There is nothing to see in this name.", field=field)
    if len(name) > MAX_TITLE:
        raise _too_long(len(name), MAX_TITLE, field)
    return name


def _reading(name: str) -> str:
    return skeleton(name).replace("l", "i")


_RESERVED_READINGS = frozenset(map(_reading, RESERVED))


def _identifier(text: str, most: int, most_bytes: int, field: str) -> str:
    if len(text) > 4 * most:
        raise _too_long(len(text), most, field)
    try:
        name = _USERNAME.enforce(text)
    except UnicodeEncodeError as error:
        char = error.object[error.start : error.end] if error.start >= 0 else ""
        which = f": U+{ord(char):04X} is not allowed" if len(char) == 1 else ""
        raise Refusal(
            Code.BAD_FIELD, f"A name has letters, digits and . _ - alone{which}.", field=field
        ) from error
    if len(name) > most:
        raise _too_long(len(name), most, field)
    if len(name.encode()) > most_bytes:
        raise Refusal(
            Code.TOO_LONG, f"The name takes more than {most_bytes} bytes in UTF-8.", field=field
        )
    fault = _fault(name)
    if fault:
        raise Refusal(Code.BAD_FIELD, fault, field=field)
    return name


def _fault(name: str) -> str | None:
    """What UTS #39 or chatd holds against a name that PRECIS accepts; None = nothing."""
    before = "."
    for char in name:
        kind = category(char)
        if char in SEPARATORS:
            if before in SEPARATORS:
                return "Each . _ - stands between two letters or digits."
        elif kind[0] not in "LM" and kind != "Nd":
            return f"A name has letters, digits and . _ - alone: U+{ord(char):04X} is not allowed."
        elif not scripts_of(char) or (kind[0] == "L" and COMMON in scripts_of(char)):
            return f"U+{ord(char):04X} belongs to no script that names are written in."
        elif kind[0] == "M" and category(before)[0] not in "LM":
            return "A combining mark stands on a letter."
        before = char
    if before in SEPARATORS:
        return "Each . _ - stands between two letters or digits."
    # UTS #39 §5.3 and §5.4.
    if len({ord(char) - decimal(char) for char in name if category(char) == "Nd"}) > 1:
        return "The digits are of more than one script."
    for marks, run in groupby(normalize("NFD", name), lambda char: category(char) == "Mn"):
        stack = list(run)
        if marks and (len(stack) > 4 or len(set(stack)) < len(stack)):
            return "There are too many marks on one letter."
    return (
        None if one_script(name.translate(_NO_SEPARATORS)) else "A name is written in one script."
    )


def _hides_something(name: str) -> bool:
    if drop_loose_tags(name) != name:
        return True
    name = _TAGS.sub("", name)
    for before, char, after in zip(" " + name, name, name[1:] + " ", strict=False):
        if char in _JOINERS:
            if " " in (before, after) or is_ignorable(after):
                return True
        elif _VARIATION.match(char):
            if before == " " or is_ignorable(before):
                return True
        elif is_ignorable(char) or _never_shown(char):
            return True
    return False


def _never_shown(char: str) -> bool:
    """Controls, half characters, private use, line ends, annotations, noncharacters."""
    code = ord(char)
    return (
        category(char) in ("Cc", "Cs", "Co", "Zl", "Zp")
        or 0xFFF9 <= code <= 0xFFFB
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def _too_long(length: int, most: int, field: str) -> Refusal:
    return Refusal(
        Code.TOO_LONG, f"The name has {length} characters; the limit is {most}.", field=field
    )
