"""Cards: what a message may carry as `data`, and the one kind of it that clients can draw."""

from typing import Annotated, Any, Literal, get_args

import msgspec

from chatd.core.codes import Code
from chatd.core.links import is_link
from chatd.core.refusal import Refusal
from chatd.core.text import clean_text
from chatd.engine.table import Context
from chatd.wire import mistakes

#: The name of a card in `data`.
CARD = "chatd.card"

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Color = Literal["grey", "blue", "green", "yellow", "red", "violet"]


class CardField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name and its value; ``short`` ones stand side by side if there is room."""

    name: Line
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    short: bool = False


class CardButton(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link that looks like a button; https only. It opens in a tab of its own."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    url: Annotated[str, msgspec.Meta(max_length=1024)]


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a program says in a form that people take in at a glance."""

    title: Line
    text: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    color: Color | None = None
    fields: Annotated[list[CardField], msgspec.Meta(max_length=12)] | None = None
    buttons: Annotated[list[CardButton], msgspec.Meta(max_length=5)] | None = None
    footer: Line | None = None


def checked_data(data: dict[str, Any] | None, context: Context) -> dict[str, Any] | None:
    """``data`` as a message carries it: one object under a name with a dot in it, of bounded size;
    a well-formed card, its texts as clean as a message's. A Refusal names the field."""
    if data is None:
        return None
    name = next(iter(data), "")
    if len(data) != 1 or "." not in name or not isinstance(data[name], dict):
        raise Refusal(
            Code.BAD_FIELD,
            "`data` holds one object under a name with a dot in it,"
            ' such as {"org.example.card": {…}}.',
            field="data",
        )
    if name == CARD:
        data = {CARD: _card(data[CARD])}
    size = len(msgspec.json.encode(data))
    if size > context.limits.data_bytes:
        raise Refusal(
            Code.TOO_LARGE,
            f"`data` takes {size} bytes; at most {context.limits.data_bytes} go with a message.",
            field="data",
        )
    return data


def _card(given: dict[str, Any]) -> dict[str, Any]:
    where = f"data.{CARD}"
    try:
        card = msgspec.convert(given, Card)
    except msgspec.ValidationError as error:
        raise _mistake(error, given, where) from error
    for n, button in enumerate(card.buttons or ()):
        if not (button.url.startswith("https://") and is_link(button.url)):
            field = f"{where}.buttons[{n}].url"
            raise Refusal(
                Code.BAD_FIELD,
                f"`{field}` should be an https address, without a user name in it.",
                field=field,
            )
    cleaned: dict[str, Any] = _cleaned(given, where)
    return cleaned


def _mistake(error: msgspec.ValidationError, given: dict[str, Any], where: str) -> Refusal:
    """What is wrong with a card, naming the field by its whole path."""
    said = mistakes.refusal(error, get_args(Color) if mistakes.is_about_a_word(error) else ())
    path = f"{where}.{said.field}" if said.field else where
    words = said.message.replace(f"`{said.field}`", f"`{path}`")
    return Refusal(said.code, words, field=path)


def _cleaned(value: Any, where: str) -> Any:
    """The same with every text cleaned; `url` is left as it is, since it was checked."""
    if isinstance(value, dict):
        return {
            name: part if name == "url" else _cleaned(part, f"{where}.{name}")
            for name, part in value.items()
            if part is not None
        }
    if isinstance(value, list):
        return [_cleaned(part, f"{where}[{n}]") for n, part in enumerate(value)]
    return clean_text(value, field=where) if isinstance(value, str) else value
