"""Links in a text, as the page finds them too; the address of a message."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.links import Link, is_link, links

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "links.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["text"][:40])
def test_a_text_has_these_links(case: dict[str, object]) -> None:
    text = case["text"]
    assert isinstance(text, str)
    assert [link.address for link in links(text)] == case["links"]


def test_a_link_says_where_it_stands() -> None:
    assert links("😀 https://a.example.") == [Link(2, 19, "https://a.example")]


@given(st.text(alphabet="https://a.b:@[](){}<>#?\\ mailto\u202e茶.", max_size=60))
def test_links_lie_in_order_within_the_text_and_lead_to_no_other_user(text: str) -> None:
    last = 0
    for link in links(text):
        assert last <= link.start < link.end <= len(text)
        assert text[link.start : link.end] == link.address
        assert is_link(link.address)
        authority = link.address.partition("://")[2].split("/")[0].split("?")[0].split("#")[0]
        assert "@" not in authority
        last = link.end


def test_a_text_of_nothing_but_brackets_takes_no_time() -> None:
    began = time.perf_counter()
    links("https://a.example/" + ")." * 100_000)
    links("https://" * 30_000)
    assert time.perf_counter() - began < 1


def test_only_a_whole_link_is_one() -> None:
    assert is_link("https://a.example/b")
    for text in ("https://a.example/b.", " https://a.example", "a", "https://a.example b"):
        assert not is_link(text)
