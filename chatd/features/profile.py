"""Profile: the name people see, a few words, a picture, and what somebody is up to."""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.emojis import one_emoji
from chatd.core.names import title
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.core.text import clean_text
from chatd.engine.profiles import OwnsPicture, SetProfile, SetStatus, TellPerson
from chatd.engine.rows import StatusRow
from chatd.engine.table import Context, Feature, Write
from chatd.engine.unit import Change, Requirement, Unit
from chatd.features.person_shapes import PersonChanged, person_changed
from chatd.wire.frames import Keyed, Millis

#: Code points.
MOST_ABOUT = 500
MOST_STATUS = 100


class SetProfileCommand(Keyed, frozen=True, kw_only=True, tag="set_profile"):
    """What you show of yourself. What is left out stays as it is; ``about`` (500 characters) may be
    empty; ``avatar`` is one of your own pictures, "" for none."""

    display: Annotated[str, msgspec.Meta(max_length=320)] | None = None
    about: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    avatar: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class SetStatusCommand(Keyed, frozen=True, kw_only=True, tag="set_status"):
    """What you are up to, in 100 characters, an emoji, or both; with neither: no status. From
    ``until`` on nobody is shown it any more."""

    emoji: Annotated[str, msgspec.Meta(max_length=32)] = ""
    text: Annotated[str, msgspec.Meta(max_length=400)] = ""
    until: Millis | None = None


def set_profile(command: SetProfileCommand, actor: Principal, context: Context) -> Unit:
    if command.display is None and command.about is None and command.avatar is None:
        raise Refusal(Code.BAD_FIELD, "Give `display`, `about` or `avatar`.", field="display")
    requires: tuple[Requirement, ...] = ()
    if command.avatar:
        requires = (OwnsPicture(command.avatar, actor.user),)
    change = SetProfile(
        actor.user,
        None if command.display is None else title(command.display, field="display"),
        None if command.about is None else _about(command.about),
        command.avatar,
    )
    return Unit(actor.user, requires=requires, changes=_told(change, actor, context))


def set_status(command: SetStatusCommand, actor: Principal, context: Context) -> Unit:
    if command.until is not None and command.until <= context.now:
        raise Refusal(Code.BAD_FIELD, "A status ends in the future.", field="until")
    emoji = one_emoji(command.emoji) if command.emoji else ""
    # On one line, as it stands beside a name.
    words = " ".join(command.text.split())
    text = clean_text(words, limit=MOST_STATUS) if words else ""
    status = StatusRow(emoji, text, command.until) if emoji or text else None
    return Unit(actor.user, changes=_told(SetStatus(actor.user, status), actor, context))


def _about(text: str) -> str:
    return clean_text(text.strip(), limit=MOST_ABOUT, field="about") if text.strip() else ""


def _told(change: Change, actor: Principal, context: Context) -> tuple[Change, ...]:
    return (change, TellPerson(actor.user, context.now, person_changed))


feature = Feature(
    "profile",
    rows=(
        Write(SetProfileCommand, set_profile, cost=3),
        Write(SetStatusCommand, set_status, cost=2),
    ),
    said=(PersonChanged,),
)
