"""Content-Disposition: what says a name, what does not, and what is said of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.disposition import LONGEST, disposition, said_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename*=UTF-8''a%20picture.png", "a picture.png"),
        ("ATTACHMENT ;FILENAME*=utf-8'de'%C3%9C.png", "Ü.png"),
        ("attachment; filename=\"x; filename*=y\"; filename*=UTF-8''z", "z"),
        ("attachment; filename*=UTF-8''z; filename=x", "z"),
        ("attachment; filename*=UTF-8''%00%2F..%2F%E2%80%AE", "\x00/../\u202e"),
    ],
)
def test_a_name_is_read_as_it_stands_there(header: str, name: str) -> None:
    assert said_name(header) == name


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "attachment",
        "attachment;",
        "inline; filename*=UTF-8''a",
        "attachmentx; filename*=UTF-8''a",
        "attachment filename*=UTF-8''a",
        'attachment; filename="a"',
        "attachment; filename*=a",
        "attachment; filename*=UTF-8''",
        "attachment; filename*=ISO-8859-1''a",
        "attachment; filename*=UTF-8''a%2",
        "attachment; filename*=UTF-8''%FF",
        "attachment; filename*=UTF-8''a b",
        "attachment; filename*=UTF-8''a; filename*=UTF-8''b",
        "attachment; filename*=UTF-8''a, attachment; filename*=UTF-8''b",
        "attachment; filename*=UTF-8''" + "a" * LONGEST,
        "attachment; x=" + '"' * 4000,
    ],
)
def test_what_says_no_name_is_refused(header: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        said_name(header)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "Content-Disposition")


@given(st.text(min_size=1, max_size=100, alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_name_makes_a_header(name: str) -> None:
    header = disposition("inline", name)
    assert header.isascii() and header.isprintable()
    assert not set(header.removeprefix("inline; filename*=UTF-8''")) & set("\"'();,/ ")
    assert said_name(disposition("attachment", name)) == name
