"""Which texts are one emoji, and which form of it is kept."""

import emoji
import pytest

from chatd.core.codes import Code
from chatd.core.emojis import MOST, one_emoji
from chatd.core.refusal import Refusal


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("👍", "👍"),
        ("👍🏽", "👍🏽"),
        ("❤", "❤\ufe0f"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("#\u20e3", "#\ufe0f\u20e3"),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",) * 2,
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("🏳‍🌈", "🏳\ufe0f‍🌈"),
        ("🇪🇺", "🇪🇺"),
    ],
)
def test_an_emoji_has_one_form(given: str, kept: str) -> None:
    assert one_emoji(given) == kept


@pytest.mark.parametrize("text", ["", "a", "1", "#", "👍👍", "👍 ", "🏽", "🇪", "\ufe0f", "❤" * 50])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        one_emoji(text)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "emoji")


def test_every_form_of_every_emoji_leads_to_one_that_is_fully_qualified() -> None:
    component, full = emoji.STATUS["component"], emoji.STATUS["fully_qualified"]
    for form, data in emoji.EMOJI_DATA.items():
        if data["status"] != component:
            kept = one_emoji(form)
            assert emoji.EMOJI_DATA[kept]["status"] == full
            assert emoji.EMOJI_DATA[kept]["en"] == data["en"]
            assert len(kept) <= MOST
