"""Mentions: which people a text names, `@name`, and whether it calls everyone, `@room`."""

import re
from typing import Final

from chatd.core.names import user_name_of

#: Most people that one message can mention.
MOST: Final = 20
#: Names, none of them anybody's, that call everyone in the room.
EVERYONE: Final = frozenset(("room", "all", "everyone", "channel", "here"))

# Not inside a word or an address (a@b), and without the full stop that ends a sentence.
_MENTION = re.compile(r"(?<![\w@./-])@([^\W_](?:[._-]?\w)*)", re.UNICODE)


def mentioned(text: str) -> tuple[tuple[str, ...], bool]:
    """The user names in their one form, each once, at most 20; and whether everyone is called."""
    names: dict[str, None] = {}
    everyone = False
    for word in _MENTION.findall(text):
        if word.lower() in EVERYONE:
            everyone = True
        elif len(names) < MOST and (name := user_name_of(word)) is not None:
            names[name] = None
    return tuple(names), everyone
