"""One person, one name: what may be a name, its one form, and which names look alike."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.lookalikes import one_script, skeleton
from chatd.core.names import RESERVED, is_reserved, room_slug, title, user_name
from chatd.core.refusal import Refusal


def why(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        user_name(text)
    assert caught.value.field == "name"
    return caught.value


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Alice", "alice"),
        ("ali.ce_b-7", "ali.ce_b-7"),
        ("Ａｌｉｃｅ", "alice"),
        ("\u212aate", "kate"),
        ("Rene\u0301", "rené"),
        ("Straße", "straße"),
        ("İbo", "i̇bo"),
        ("Алиса", "алиса"),
        ("Ελένη", "ελένη"),
        ("田中さん", "田中さん"),
        ("ユーザー", "ユーザー"),
        ("tanaka田中", "tanaka田中"),
        ("kim김金", "kim김金"),
        ("ㄅㄆ中abc", "ㄅㄆ中abc"),
        ("שלום", "שלום"),
        ("محمد", "محمد"),
        ("राहुल", "राहुल"),
        ("สมชาย", "สมชาย"),
    ],
)
def test_a_name_has_one_form_however_it_is_typed(typed: str, name: str) -> None:
    assert user_name(typed) == name
    assert user_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "na me", "name\n", "\x00", "a\x00b", "a\u200bb", "a\u200db", "\ufeffa"),
        *("a@b", "a/b", "<b>", "a:b", "#a", "a,b", "😀", "a😀", "ﬁona", "Ⅷ", "ℌans", "a\u202eb"),
        *(".a", "-a", "a.", "a_", "a..b", "a.-b", "1a", "١ا", "\u0301a", "a1\u0301", "a.\u0301b"),
        *("аlice", "аdmin", "αlice", "нiкола", "aא", "אa", "김ひ", "ㄅ김", "ひЯ", "ꮋa"),
        *(
            "a١",
            "राम१1",
            "ا1١",
            "ا١۱",
            "ʼa",
            "aʻb",
            "e\u0301\u0301",
            "ה\u05b0\u05b1\u05b2\u05b3\u05b4",
        ),
        *("\ud800", "a\ue000", "\U0001fae8", "a\ufffe"),
    ],
)
def test_what_is_no_name_is_refused_with_a_sentence(text: str) -> None:
    refusal = why(text)
    assert refusal.code is Code.BAD_FIELD
    assert refusal.message.endswith(".")


def test_the_character_at_fault_is_named() -> None:
    assert "U+0040" in why("a@b").message
    assert "U+200B" in why("a\u200bb").message
    assert "U+02BC" in why("aʼb").message


def test_the_length_is_bounded_in_code_points_and_bytes() -> None:
    assert user_name("x" * 32) == "x" * 32
    assert user_name("ж" * 32) == "ж" * 32
    assert user_name("ก" * 21) == "ก" * 21
    for text in ("x" * 33, "ก" * 22, "x" * 100_000, "e\u0301" * 33):
        assert why(text).code is Code.TOO_LONG


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_is_refused(text: str) -> None:
    for rule in (user_name, room_slug, title):
        try:
            name = rule(text)
        except Refusal as refusal:
            assert refusal.code in (Code.BAD_FIELD, Code.TOO_LONG, Code.NAME_TAKEN)
        else:
            assert rule(name) == name


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("admin", "аdmin"),
        ("admin", "admın"),
        ("admin", "adrnin"),
        ("paypal", "paypa1"),
        ("paypal", "раураl"),
        ("bob", "b0b"),
        ("scope", "ѕсоре"),
        ("groß", "gross"),
        ("i̇bo", "ibo"),
        ("jıll", "ji̇ll"),
        ("ορ", "op"),
        ("modern", "modem"),
        ("kate", "\u212aate"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, two: str) -> None:
    assert skeleton(one) == skeleton(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [("alice", "alicia"), ("anna", "ana"), ("rené", "rene"), ("jo", "yo"), ("иван", "ivan")],
)
def test_names_that_differ_have_different_skeletons(one: str, two: str) -> None:
    assert skeleton(one) != skeleton(two)


@given(st.text(max_size=20))
def test_a_skeletons_skeleton_is_itself(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)


def test_every_listed_look_alike_settles() -> None:
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            assert skeleton(skeleton(chr(code))) == skeleton(chr(code))


@pytest.mark.parametrize(
    ("text", "single"),
    [
        ("abc", True),
        ("123", True),
        ("", True),
        ("abc漢字ひカ", True),
        ("abc漢字한", True),
        ("漢ㄅ", True),
        ("한ひ", False),
        ("ㄅひ", False),
        ("abж", False),
        ("漢ж", False),
        ("ab\u0301", True),
        ("ж\u0301", True),
    ],
)
def test_scripts_that_go_together(text: str, single: bool) -> None:
    assert one_script(text) is single


@pytest.mark.parametrize(
    "text",
    [
        *("admin", "Admin", "r.o.o.t", "ro_ot", "supp0rt", "ádmin", "admın", "adm1n", "adrnin"),
        *("ａll", "SYSTEM", "nu11", "everyone", "chatd", "l\u0323ogin"),
    ],
)
def test_reserved_names_and_their_likes_take_a_privilege(text: str) -> None:
    assert why(text).code is Code.NAME_TAKEN
    assert user_name(text, privileged=True)


def test_every_reserved_name_is_a_name_and_reserved() -> None:
    for name in RESERVED:
        assert user_name(name, privileged=True) == name
        assert is_reserved(name)


@pytest.mark.parametrize("text", ["alladin", "rooted", "hereford", "adminton", "systema"])
def test_a_name_that_only_holds_a_reserved_one_is_free(text: str) -> None:
    assert user_name(text) == text


def test_privilege_lifts_reservation_alone() -> None:
    with pytest.raises(Refusal):
        user_name("аdmin", privileged=True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Tea-Room", "tea-room"), ("2026", "2026"), ("admin", "admin"), ("чай", "чай")],
)
def test_a_room_is_referred_to_by_a_slug(typed: str, name: str) -> None:
    assert room_slug(typed) == name


@pytest.mark.parametrize("text", ["", "-tea", "tea-", "te a", "#tea", "tea/room", "x" * 49, "аbc"])
def test_what_is_no_slug_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        room_slug(text)
    assert caught.value.field == "slug"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("  Alice \u3000 von\u00a0 X  ", "Alice von X"),
        ("Rene\u0301", "René"),
        ("Tea & Cake 🍰!", "Tea & Cake 🍰!"),
        ("👩‍👩‍👧 ❤️ family", "👩‍👩‍👧 ❤️ family"),
        ("نمی\u200cدانم", "نمی\u200cدانم"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("עברית ועוד", None),
        ("ᏣᎳᎩ", None),
        ("Z" + "\u0337" * 50, "Z" + "\u0337" * 8),
    ],
)
def test_a_title_is_free_text_on_one_line(typed: str, seen: str | None) -> None:
    assert title(typed) == (typed if seen is None else seen)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "\u3000", "\u200b", "\u3164", "a\u3164", "\u2800", "a\nb", "a\tb", "a\x00b"),
        *("a\u202eb", "a\u2066b\u2069", "a\u200eb", "a\u200bb", "\ufeffa", "a\x1b[0m", "a\x85b"),
        *("\u200da", "a\u200d", "a \u200db", "a\u200d\u200db", "\ufe0fa", "a\ufe0f\ufe0f", "\xad"),
        *("a\U000e0041", "\ud800", "a\ue000", "a\ufff9", "a\ufdd0", "a\U0001ffff", "a\u2028b"),
    ],
)
def test_a_title_hides_nothing(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        title(text)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "title")


def test_a_title_is_bounded() -> None:
    assert title("é" * 80) == "é" * 80
    for text in ("x" * 81, "x" * 100_000, " x" * 100):
        with pytest.raises(Refusal) as caught:
            title(text)
        assert caught.value.code is Code.TOO_LONG


@pytest.mark.parametrize("name", ["scripts.txt", "confusables.txt"])
def test_the_tables_say_where_they_are_from_and_lie_beside_their_licence(name: str) -> None:
    folder = files("chatd.core") / "unicode"
    text = (folder / name).read_text("utf-8")
    assert "Unicode 15.0.0" in text and "SHA-256" in text
    assert "Permission is hereby granted" in (folder / "LICENSE").read_text("utf-8")
