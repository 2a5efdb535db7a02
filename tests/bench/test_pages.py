"""The pages that the bench writes its figures into."""

from bench import pages
from bench.run import Outcome


def test_the_readmes_table_has_a_dash_for_what_was_not_measured() -> None:
    found = {"most": {"chatd": [{"most_per_second": 1500.0}], "ws": [{"most_per_second": 300.4}]}}
    lines = pages.first_table(Outcome(found))
    assert lines[0] == ["", "chatd", "Node ws"]
    assert lines[1][1:] == ["1,500", "300"]
    assert lines[2][1:] == ["–", "–"]


def test_both_pages_have_a_place_for_figures() -> None:
    for page in (pages.DOCUMENT, pages.README):
        text = page.read_text(encoding="utf-8")
        assert 0 < text.index(pages.BEGIN) < text.index(pages.END)
