"""Names, types and pictures of files, as strangers bring them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.files import (
    HEAD_BYTES,
    NAME_BYTES,
    PIXELS,
    SIDE,
    file_name,
    media_type,
    picture_to_show,
)
from chatd.core.refusal import Refusal
from tests.core.test_pictures import gif, png


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Übersicht 1.png", "Übersicht 1.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.txt", "b.txt"),
        ("a/", "file"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        (" \t\u00a0", "file"),
        ("\u200b\u2060", "file"),
        (".bashrc", ".bashrc"),
        # "gpj.exe" behind an override reads as "exe.jpg".
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u2067b\u2069\u200e.txt", "ab.txt"),
        ("a\x00b\x1b[2J\r\nc.txt", "ab[2Jc.txt"),
        ("a\u2028b.txt", "a b.txt"),
        ("e\u0301.txt", "\u00e9.txt"),
        # Joiners belong to languages, and to emoji.
        ("\u0646\u200c\u0645.pdf", "\u0646\u200c\u0645.pdf"),
        ("\U0001f469\u200d\U0001f4bb.png", "\U0001f469\u200d\U0001f4bb.png"),
        ("a\ufffe\ud800.txt", "a.txt"),
        ("a   b.txt", "a b.txt"),
        ("x" + "\u0300" * 500 + ".png", "x" + "\u0300" * 8 + ".png"),
    ],
)
def test_a_name_harms_nobody_who_reads_it(said: str, shown: str) -> None:
    assert file_name(said) == shown


@pytest.mark.parametrize(
    ("said", "ending"),
    [
        ("x" * 300 + ".png", ".png"),
        ("\U0001f600" * 100 + ".tar.gz", ".gz"),
        ("x" * 10_000_000, "x"),
        ("x." + "y" * 300, "y"),
        ("x" * 300 + "." + "z" * 31, "z"),
    ],
)
def test_a_long_name_keeps_its_ending(said: str, ending: str) -> None:
    name = file_name(said)
    assert NAME_BYTES - 4 < len(name.encode()) <= NAME_BYTES
    assert name.endswith(ending)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
def test_no_name_is_a_path_or_empty_and_cleaning_twice_changes_nothing(said: str) -> None:
    name = file_name(said)
    assert name and name not in (".", "..") and not set(name) & set("/\\\0\n\u202e")
    assert len(name.encode()) <= NAME_BYTES
    assert file_name(name) == name


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (None, "application/octet-stream"),
        ("", "application/octet-stream"),
        ("Text/Plain; charset=utf-8", "text/plain"),
        ("image/svg+xml", "image/svg+xml"),
    ],
)
def test_a_type_is_taken_without_its_parameters(said: str | None, known: str) -> None:
    assert media_type(said) == known


@pytest.mark.parametrize("said", ["picture", "a/b/c", "a/", "/b", "a b/c", "ä/b", "a/" + "b" * 65])
def test_what_is_no_type_is_refused(said: str) -> None:
    with pytest.raises(Refusal) as caught:
        media_type(said)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "Content-Type")


def test_a_picture_that_says_it_is_huge_is_shown_as_none() -> None:
    """Of the few bytes that a browser gets it makes four for each pixel."""
    assert picture_to_show(png(8192, PIXELS // 8192)) is not None
    assert picture_to_show(png(8192, PIXELS // 8192 + 1)) is None
    assert picture_to_show(png(SIDE, 1)) is not None
    assert picture_to_show(png(SIDE + 1, 1)) is None
    assert picture_to_show(png(2**32 - 1, 2**32 - 1)) is None
    assert picture_to_show(png(0, 5)) is None


def test_only_the_beginning_is_looked_at_and_has_to_be_a_picture() -> None:
    found = picture_to_show(gif(5, 4) + b"<script>")
    assert found is not None and found.type == "image/gif"
    assert picture_to_show(b"<script>" + gif(5, 4)) is None
    assert picture_to_show(b"\xff\xd8\xff" + b"\xe1\xff\xff" * (HEAD_BYTES // 3)) is None
    assert picture_to_show(b"") is None
