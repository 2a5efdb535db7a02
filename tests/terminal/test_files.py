"""Files of messages, as the terminal shows them."""

import pytest

from chatd.terminal.files import files_of, summary
from chatd.terminal.timeline import changed
from tests.terminal.telling import event, message


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_960, "10 kB"),
        (999_499, "999 kB"),
        (999_999, "1.0 MB"),
        (16_777_216, "17 MB"),
        (3 * 10**15, "3000 TB"),
        ("many", "?"),
    ],
)
def test_sizes_are_in_few_digits(size, shown):
    assert files_of({"files": [{"name": "a", "size": size}]}) == [f"[a, {shown}]"]


def test_what_is_no_list_of_files_is_none():
    assert files_of({"files": "a"}) == files_of({"files": [1]}) == files_of({}) == []
    assert summary({"text": "look", "files": [{"name": "a", "size": 1}]}) == "look [a, 1 byte]"


def test_words_may_go_from_beside_files_and_not_from_what_one_may_not_see():
    files = [{"name": "a", "size": 1}]
    before = message(1, "look", files=files)
    after = changed(before, event("edited", 2, target=1, files=files), "u1")
    assert (after["text"], after["files"]) == ("", files)
    assert changed(before, event("edited", 2, target=1), "u1")["text"] == "look"
    assert "files" not in changed(before, event("deleted", 2, target=1), "u1")
