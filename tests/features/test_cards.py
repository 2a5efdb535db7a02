"""Cards: taken as documented, cleaned, and refused with the name of the field at fault."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import msgspec
import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.table import Context
from chatd.features.cards import CARD, Card, CardButton, CardField, Color, checked_data
from tests.scenarios.memory import LIMITS

DOCUMENT = Path(__file__).parents[2] / "docs" / "cards.md"


@dataclass
class Bounds:
    """All that is asked of a context."""

    limits: Any = LIMITS


def check(data: dict[str, Any] | None) -> dict[str, Any] | None:
    return checked_data(data, cast(Context, Bounds()))


def card(**fields: object) -> dict[str, Any]:
    return {CARD: {"title": "Tea", **fields}}


def test_the_example_of_the_document_is_taken_as_it_is() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    data = json.loads(block)["data"]
    assert check(data) == data
    assert set(data[CARD]) == {field.name for field in msgspec.structs.fields(Card)}


def test_the_document_names_every_field_and_colour() -> None:
    rows = "\n".join(re.findall(r"^\|.*\|$", DOCUMENT.read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`([a-z]+)`", rows))
    fields = {field.name for kind in (Card, CardField, CardButton) for field in _fields(kind)}
    assert named == fields | set(get_args(Color))


def _fields(kind: type[msgspec.Struct]) -> tuple[Any, ...]:
    return msgspec.structs.fields(kind)


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({CARD: {}}, Code.BAD_FIELD, "title"),
        (card(title=""), Code.BAD_FIELD, "title"),
        (card(title=1), Code.BAD_FIELD, "title"),
        (card(title="\u200b"), Code.BAD_FIELD, "title"),
        (card(title="x" * 129), Code.BAD_FIELD, "title"),
        (card(text="x" * 2049), Code.BAD_FIELD, "text"),
        (card(color="#f00"), Code.BAD_FIELD, "color"),
        (card(image="https://a.example/"), Code.UNKNOWN_FIELD, "image"),
        (card(fields=[{"name": "a"}]), Code.BAD_FIELD, "fields[0].value"),
        (card(fields=[{"name": "a", "value": "b", "x": 1}]), Code.UNKNOWN_FIELD, "fields[0].x"),
        (card(fields=[{"name": "a", "value": "b" * 513}]), Code.BAD_FIELD, "fields[0].value"),
        (card(fields=[{"name": "a", "value": "\x00"}]), Code.BAD_FIELD, "fields[0].value"),
        (card(fields=[{"name": "a", "value": "b"}] * 13), Code.BAD_FIELD, "fields"),
        (card(buttons=[{"label": "a", "url": "https://b.example"}] * 6), Code.BAD_FIELD, "buttons"),
        (card(footer=""), Code.BAD_FIELD, "footer"),
    ],
)
def test_a_card_that_is_none_is_refused_by_field(
    data: dict[str, Any], code: Code, field: str
) -> None:
    with pytest.raises(Refusal) as caught:
        check(data)
    assert (caught.value.code, caught.value.field) == (code, f"data.{CARD}.{field}")
    assert f"`data.{CARD}.{field}`" in caught.value.message or code == Code.BAD_FIELD


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "javascript:alert(1)",
        "HTTPS://a.example/",
        "https://bank.example@evil.example/",
        "https://a.example/ b",
        "https://",
        "mailto:a@b.example",
        " https://a.example/",
    ],
)
def test_a_button_leads_to_https_and_to_where_it_says(url: str) -> None:
    good = {"label": "ok", "url": "https://a.example/?q=1#x"}
    with pytest.raises(Refusal) as caught:
        check(card(buttons=[good, {"label": "go", "url": url}]))
    assert caught.value.field == f"data.{CARD}.buttons[1].url"
    assert check(card(buttons=[good])) == card(buttons=[good])


def test_texts_of_a_card_are_cleaned_like_a_message() -> None:
    given = card(text="a\u202eb", fields=[{"name": "n\u202e", "value": "e\u0301", "short": True}])
    assert check(given) == card(text="ab", fields=[{"name": "n", "value": "é", "short": True}])


def test_a_null_is_as_good_as_nothing() -> None:
    assert check(card(text=None, color=None)) == card()


def test_a_card_has_the_size_of_other_data() -> None:
    fields = [{"name": "n", "value": "v" * 500}] * 12
    with pytest.raises(Refusal) as caught:
        check(card(fields=fields))
    assert (caught.value.code, caught.value.field) == (Code.TOO_LARGE, "data")


def test_other_data_is_free() -> None:
    data = {"org.example.card": {"title": 1, "nested": [{"deep": None}]}}
    assert check(data) == data
    assert check(None) is None
    for wrong in ({}, {"card": {}}, {"a.b": 1}, {"a.b": {}, "c.d": {}}):
        with pytest.raises(Refusal) as caught:
            check(wrong)
        assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "data")
