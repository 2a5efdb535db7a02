"""Pages: messages as the store read them become those of a reply, with their reactions."""

from collections import defaultdict

import msgspec

from chatd.engine.rows import Page
from chatd.engine.table import Context
from chatd.features.messages import Message, Reaction, render_message


def shown(page: Page, context: Context) -> list[Message]:
    """The messages of a page as the asker sees them."""
    reactions: defaultdict[int, list[Reaction]] = defaultdict(list)
    for row in page.reactions:
        reactions[row.seq].append(
            Reaction(emoji=row.emoji, count=row.count, users=list(row.users), mine=row.mine)
        )
    messages = []
    for event in page.messages:
        message = render_message(event, context.cursor(event.position))
        if event.seq in reactions:
            message = msgspec.structs.replace(message, reactions=reactions[event.seq])
        messages.append(message)
    return messages


def quoted(page: Page, context: Context) -> list[Message]:
    """What the messages of a page answer, if it is not among them."""
    return [render_message(event, context.cursor(event.position)) for event in page.quoted]
