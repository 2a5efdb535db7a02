"""One-time codes: the RFC's own vectors, the steps that are looked at, and the sealing of seeds."""

import pytest

from chatd.auth.recovery_codes import digest, new_codes
from chatd.auth.sealing import Sealer, WrongKey
from chatd.auth.totp import address, fitting_step, picture
from tests.fakes.codes import code_of

#: RFC 6238, appendix B, SHA-1; of the eight digits there the last six.
SEED = b"12345678901234567890"
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize("seconds", VECTORS)
def test_the_codes_are_those_of_the_rfc(seconds):
    assert fitting_step(SEED, VECTORS[seconds], seconds * 1000) == seconds // 30
    assert code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds) == VECTORS[seconds]


@pytest.mark.parametrize(
    ("late", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_clock_may_be_one_step_off(late, fits):
    step = fitting_step(SEED, "050471", (1111111111 + late) * 1000)
    assert step == (1111111111 // 30 if fits else None)


@pytest.mark.parametrize("code", ["", "50471", "0050471", "05047a", "٠٥٠٤٧١", "-50471", "0x0471"])
def test_what_is_not_six_digits_fits_nothing(code):
    assert fitting_step(SEED, code, 1111111111_000) is None


def test_a_gap_in_the_middle_is_how_apps_show_it():
    assert fitting_step(SEED, " 050 471 ", 1111111111_000) is not None


def test_names_cannot_break_the_address():
    made = address(SEED, "Tea: & house", "alice?secret=x")
    assert made == (
        "otpauth://totp/Tea%20%20%26%20house:alice%3Fsecret%3Dx"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tea%20%20%26%20house"
    )


def test_a_picture_holds_a_long_name():
    size, path = picture(address(SEED, "T" * 80, "a" * 64))
    assert size < 80 and path.startswith("M0 0h7v1h-7z")


def test_a_seed_is_opened_by_its_key_for_its_owner_alone():
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal(SEED, "u1")
    assert SEED not in sealed and sealer.seal(SEED, "u1") != sealed
    assert sealer.open(sealed, "u1") == SEED
    for other in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"\2" + sealed[1:], b"", sealed[:17]):
        with pytest.raises(WrongKey):
            sealer.open(other, "u1")
    with pytest.raises(WrongKey):
        sealer.open(sealed, "u2")
    with pytest.raises(WrongKey):
        Sealer(b"x" * 32).open(sealed, "u1")


def test_the_old_key_opens_until_all_is_sealed_with_the_new_one():
    before = Sealer(b"k" * 32).seal(SEED, "u1")
    both = Sealer(b"x" * 32, b"k" * 32)
    assert both.open(before, "u1") == SEED and both.is_old(before)
    after = both.seal(SEED, "u1")
    assert not both.is_old(after) and Sealer(b"x" * 32).open(after, "u1") == SEED


def test_recovery_codes_are_read_as_they_are_written_by_hand():
    (code, *_) = new_codes(lambda count: bytes(range(count)))
    assert code == "0123-4567-89ab-cdef"
    assert digest(code) == digest(" O1I3 4567 89AB CDEF ".replace("I", "2"))
    assert digest("o123-4567-89ab-cdef") == digest(code) != digest("1123-4567-89ab-cdef")
    assert digest(code[:-1]) is None and digest(code + "0") is None
