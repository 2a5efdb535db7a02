"""One emoji, in the one form in which it is stored and counted."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

#: No emoji has more characters than this; the longest is a family or a kiss of 10.
MOST: Final = 16

_SELECTOR: Final = "\ufe0f"


@cache
def _forms() -> Mapping[str, str]:
    """Without variation selectors → fully qualified (UTS #51, ED-18a): only one form has both."""
    # Here, not above: reading its tables takes 60 ms, and the start need not wait for that.
    import emoji

    full = emoji.STATUS["fully_qualified"]
    return {
        form.replace(_SELECTOR, ""): form
        for form, data in emoji.EMOJI_DATA.items()
        if data["status"] == full
    }


def warm_up() -> None:
    """Reads the tables, perhaps in a thread, so that the first reaction need not."""
    _forms()


def one_emoji(text: str, field: str = "emoji") -> str:
    """The emoji fully qualified, so that ❤ and ❤️ are one; `bad-field` for anything else."""
    found = _forms().get(text.replace(_SELECTOR, "")) if len(text) <= MOST else None
    if found is None:
        raise Refusal(Code.BAD_FIELD, "A reaction is one emoji, such as 👍.", field=field)
    return found
