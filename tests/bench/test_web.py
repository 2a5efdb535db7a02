"""The page's figures: each against its bound, and a place for them in the documentation."""

import subprocess
import sys

import pytest

from bench.kit import ROOT
from bench.web import figures, pages


def test_a_bound_is_met_up_to_itself_and_missed_beyond() -> None:
    found = {"fresh_requests": 12, "fresh_kb": 150.04, "flood_missing": 0}
    table = figures.lines(found)
    assert [line[-1] for line in table[1:]] == ["met", "MISSED", "met"]
    assert table[2][1:3] == ["150.0 kB", "150.0 kB"]
    assert figures.missed(found) == ["the same: received until then"]


def test_what_has_no_bound_is_there_to_compare_with_and_is_never_missed() -> None:
    found = {"scroll_floor_ms": 900.0}
    assert figures.lines(found)[1][1:] == ["900.0 ms", "", ""]
    assert figures.missed(found) == []


def test_what_was_not_measured_is_neither_shown_nor_missed() -> None:
    assert len(figures.lines({})) == 1
    assert figures.missed({}) == []


def test_every_figure_has_a_name_of_its_own() -> None:
    keys = [figure.key for figure in figures.FIGURES]
    assert len(set(keys)) == len(keys)


def test_the_page_has_a_place_for_figures() -> None:
    text = pages.DOCUMENT.read_text(encoding="utf-8")
    assert 0 < text.index(pages.BEGIN) < text.index(pages.END)


@pytest.mark.browser
@pytest.mark.slow
def test_all_of_it_is_measured_in_a_real_browser() -> None:
    """What is found in so short a time is no figure; whatever its verdict, it is there."""
    command = [sys.executable, "-m", "bench.web", "--smoke"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode in (0, 1), done.stderr
    missing = [figure.text for figure in figures.FIGURES if figure.text not in done.stdout]
    assert not missing, f"{missing}\n{done.stdout}\n{done.stderr}"
