"""Which people a text names."""

import pytest

from chatd.core.mentions import MOST, mentioned


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hello @bob", ("bob",)),
        ("@Bob, @BOB: and @bob.", ("bob",)),
        ("(@bob) @anna-lena! @x_y.z?", ("bob", "anna-lena", "x_y.z")),
        ("write to bob@example.org or https://example.org/@bob", ()),
        ("@", ()),
        ("@@bob and @ bob", ()),
        ("@Ωμέγα und @jürgen", ("ωμέγα", "jürgen")),
        ("@bob\u2019s tea", ("bob",)),
        ("no one", ()),
    ],
)
def test_names_are_found_in_their_one_form(text: str, names: tuple[str, ...]) -> None:
    assert mentioned(text) == (names, False)


@pytest.mark.parametrize("word", ["room", "all", "everyone", "channel", "HERE"])
def test_everyone_is_called_by_several_words(word: str) -> None:
    assert mentioned(f"@{word}: tea") == ((), True)


def test_what_nobody_can_be_called_mentions_nobody() -> None:
    assert mentioned("@" + "a" * 200 + " @аdmin") == ((), False)


def test_so_many_and_no_more() -> None:
    text = " ".join(f"@user{n}" for n in range(MOST + 5))
    assert len(mentioned(text)[0]) == MOST
