"""Identifiers come from the random bytes given, have one form, and nothing else passes for one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core import ids
from chatd.core.codes import Code
from chatd.core.refusal import Refusal


def tape(count: int) -> bytes:
    return bytes(range(count))


def test_ids_are_made_of_the_bytes_given() -> None:
    assert ids.room_id(tape) == "r0123456789a"
    assert ids.user_id(tape) == "u0123456789a"
    assert ids.epoch(tape) == "01234567"


@given(st.binary(min_size=11, max_size=11))
def test_every_made_id_is_valid_and_of_its_own_kind(raw: bytes) -> None:
    room, user = ids.room_id(lambda count: raw[:count]), ids.user_id(lambda count: raw[:count])
    assert ids.is_room_id(room) and ids.check_room_id(room) == room and not ids.is_user_id(room)
    assert ids.is_user_id(user) and ids.check_user_id(user) == user and not ids.is_room_id(user)


def test_all_letters_are_equally_likely() -> None:
    drawn = "".join(ids.letters(lambda count, b=byte: bytes([b]) * count, 1) for byte in range(256))
    assert {drawn.count(letter) for letter in ids.ALPHABET} == {8}
    assert len(ids.ALPHABET) == 32 and not set("ilou") & set(ids.ALPHABET)


@pytest.mark.parametrize(
    "text",
    [
        *("", "r", "r0123456789", "r0123456789ab", "R0123456789a", "r0123456789A"),
        *("r0123456789l", "r0123456789a\n", " r0123456789a", "x0123456789a", "r0123456789é"),
        *("r\x00123456789a", "0123456789a"),
    ],
)
def test_what_is_not_an_id_is_refused(text: str) -> None:
    assert not ids.is_room_id(text)
    with pytest.raises(Refusal) as caught:
        ids.check_room_id(text, "rooms.0")
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "rooms.0")
    user = text.replace("r", "u")
    assert not ids.is_user_id(user)
    with pytest.raises(Refusal) as caught:
        ids.check_user_id(user)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "user")


@pytest.mark.parametrize("text", ["a", "A-b_c.d:9", "x" * 64])
def test_a_key_may_be_one_to_64_plain_characters(text: str) -> None:
    assert ids.check_key(text) == text


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a/b", "é", "a\n", "\n", "a\x00"])
def test_other_keys_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        ids.check_key(text)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "key")


@given(st.text(alphabet="ru01abz9\n", max_size=13))
def test_the_patterns_for_a_schema_say_the_same(text: str) -> None:
    assert bool(re.search(ids.ROOM_ID_PATTERN, text)) is ids.is_room_id(text)
    assert bool(re.search(ids.USER_ID_PATTERN, text)) is ids.is_user_id(text)
    assert bool(re.search(ids.KEY_PATTERN, text)) is ids.is_key(text)
