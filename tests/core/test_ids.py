"""Identifiers come from the random bytes given."""

from chatd.core import ids


def tape(count: int) -> bytes:
    return bytes(range(count))


def test_ids_are_made_of_the_bytes_given() -> None:
    assert ids.user_id(tape) == "u0123456789a"
    assert ids.epoch(tape) == "01234567"


def test_all_letters_are_equally_likely() -> None:
    drawn = "".join(ids.letters(lambda count, b=byte: bytes([b]) * count, 1) for byte in range(256))
    assert {drawn.count(letter) for letter in ids.ALPHABET} == {8}
    assert len(ids.ALPHABET) == 32 and not set("ilou") & set(ids.ALPHABET)
