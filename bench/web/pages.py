"""Puts a run's figures of the page into docs/page.md."""

from bench.kit import ROOT

BEGIN, END = "<!-- figures: written by `make bench-web` -->", "<!-- end of figures -->"
DOCUMENT = ROOT / "docs" / "page.md"


def write(figures: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{DOCUMENT.name} has no place for figures: {BEGIN} … {END}")
    DOCUMENT.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}", encoding="utf-8")
