"""Links in a text, as the page finds them too; the address of a message."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.links import Link, is_link, links, permalink, read_permalink

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


@pytest.mark.parametrize("url", ["https://chat.example", "https://chat.example/"])
def test_the_address_of_a_message_leads_back_to_it(url: str) -> None:
    address = permalink(url, "r4x2m9c7k1ap", 42)
    assert address == "https://chat.example/#/room/r4x2m9c7k1ap/42"
    assert is_link(address)
    assert read_permalink(address, url) == ("r4x2m9c7k1ap", 42)
    assert read_permalink(permalink(url, "r4x2m9c7k1ap"), url) == ("r4x2m9c7k1ap", None)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/#/room/r4x2m9c7k1ap/42",
        "https://chat.example.evil.example/#/room/r4x2m9c7k1ap/42",
        "https://chat.example/#/room/",
        "https://chat.example/#/room/r1/0",
        "https://chat.example/#/room/r1/-1",
        "https://chat.example/#/room/r1/1/2",
        "https://chat.example/#/room/r1/people",
        "https://chat.example/#/room/r1/1\n",
        "https://chat.example/#/",
    ],
)
def test_no_other_address_leads_to_a_message(address: str) -> None:
    assert read_permalink(address, "https://chat.example") is None
