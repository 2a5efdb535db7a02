"""The file of headers that a collector wants."""

import pytest

from chatd.hooks.otlp.headers import MOST_BYTES, headers


def test_each_line_is_a_header() -> None:
    text = "Authorization: Bearer abc def=\n\nX-Scope-OrgID:  tenant-1 \n"
    assert headers(text) == {"authorization": "Bearer abc def=", "x-scope-orgid": "tenant-1"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("Bearer hush", "line 1"),
        ("Authorization: Bearer hush\nhush", "line 2"),
        ("Authorization:", "line 1"),
        ("Authori zation: hush", "line 1"),
        ("Authorization: h\u00fcsh", "line 1"),
        ("Authorization: hu\tsh", "line 1"),
        ("Content-Type: hush/hush", "line 1"),
        ("host: hush", "line 1"),
        ("a: hush" + "h" * MOST_BYTES, "more than"),
    ],
)
def test_what_is_none_is_named_without_what_it_holds(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        headers(text)
    assert "hush" not in str(caught.value)
