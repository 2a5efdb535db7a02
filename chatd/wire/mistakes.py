"""What was wrong with a frame, in words for its sender.

msgspec says it in Python's terms; here its sentence becomes a `Refusal` that names the field by its
path and says what would be right.
"""

import re
from typing import Final

import msgspec

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

#: Names of unknown fields come from the client: at most this much of one is repeated.
NAME_SHOWN: Final = 64

_PLACE = re.compile(r"\A(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>[^`]*)`)?\Z", re.DOTALL)
_NAMED = re.compile(r"Object (missing required|contains unknown) field `(.*)`\Z", re.DOTALL)
_EXPECTED = re.compile(r"Expected (?P<right>.*?)(?:, got (?P<got>.*))?\Z", re.DOTALL)
_TYPE = re.compile(r"`([a-z| ]+)`")
_WORDS: Final = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def refusal(error: Exception, allowed: tuple[object, ...] = ()) -> Refusal:
    """The answer to a frame that msgspec refused with ``error``.

    ``allowed`` are the values a field of words may have, if the error is about one.
    """
    if isinstance(error, RecursionError):
        return too_deep()
    if not isinstance(error, msgspec.ValidationError):
        return Refusal(Code.BAD_JSON, "This is not JSON in UTF-8; send one JSON object a frame.")
    match = _PLACE.match(str(error))
    assert match is not None
    what, path = match["what"], _path(match["path"])
    if not path and not what.startswith("Object"):
        return Refusal(Code.BAD_FRAME, "A frame is one JSON object, as {…}.")
    if path == "type":
        return _about_type(what)
    named = _NAMED.match(what)
    if named is None:
        return Refusal(Code.BAD_FIELD, f"`{path}` {_verdict(what, allowed)}", field=path)
    field = f"{path}.{named[2]}".lstrip(".")[:NAME_SHOWN]
    if named[1] == "contains unknown":
        return Refusal(
            Code.UNKNOWN_FIELD,
            f"This command has no field `{field}`; leave it out, or look at /protocol.",
            field=field,
        )
    if field == "type":
        return Refusal(Code.BAD_FRAME, "The object has no `type`, which names the command.")
    return Refusal(Code.BAD_FIELD, f"`{field}` is missing and this command needs it.", field=field)


def too_deep() -> Refusal:
    return Refusal(Code.TOO_DEEP, "The JSON is nested deeper than the welcome's json_depth allows.")


def is_about_a_word(error: Exception) -> bool:
    """Whether ``error`` says that a text is not one of a few allowed words."""
    return str(error).startswith("Invalid enum value")


def place(error: Exception) -> str:
    """The dotted path of the field ``error`` is about, "" for the frame itself."""
    match = _PLACE.match(str(error))
    return _path(match["path"]) if match else ""


def _path(path: str | None) -> str:
    return (path or "").replace("[...]", "").lstrip(".")[:NAME_SHOWN]


def _about_type(what: str) -> Refusal:
    if what.startswith("Invalid value"):
        word = what.removeprefix("Invalid value")[: NAME_SHOWN + 2].strip()
        return Refusal(
            Code.UNKNOWN_TYPE,
            f"No command is called {word} here; the welcome lists the features there are.",
            field="type",
        )
    return Refusal(Code.BAD_FRAME, "`type` is a text, the name of the command.", field="type")


def _verdict(what: str, allowed: tuple[object, ...]) -> str:
    if allowed:
        return "should be one of " + ", ".join(f'"{word}"' for word in allowed) + "."
    expected = _EXPECTED.match(what)
    if expected is None:
        return f"does not fit: {what[:NAME_SHOWN].lower()}."
    right = _TYPE.sub(_in_words, expected["right"])
    got = _TYPE.sub(_in_words, expected["got"] or "")
    return f"should be {right}, not {got}." if got else f"should be {right}."


def _in_words(match: re.Match[str]) -> str:
    return " or ".join(_WORDS.get(word, word) for word in match[1].split(" | "))
