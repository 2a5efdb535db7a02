"""One emoji, in the one form in which it is stored and counted."""

from typing import Final

import emoji

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

#: No emoji has more characters than this; the longest is a family or a kiss of 10.
MOST: Final = 16

_SELECTOR: Final = "\ufe0f"


def _forms() -> dict[str, str]:
    """Without variation selectors → fully qualified (UTS #51, ED-18a): only one form has both."""
    full = emoji.STATUS["fully_qualified"]
    return {
        form.replace(_SELECTOR, ""): form
        for form, data in emoji.EMOJI_DATA.items()
        if data["status"] == full
    }


_FULL: Final = _forms()


def one_emoji(text: str, field: str = "emoji") -> str:
    """The emoji fully qualified, so that ❤ and ❤️ are one; `bad-field` for anything else."""
    found = _FULL.get(text.replace(_SELECTOR, "")) if len(text) <= MOST else None
    if found is None:
        raise Refusal(Code.BAD_FIELD, "A reaction is one emoji, such as 👍.", field=field)
    return found
