"""Which of our languages somebody wants."""

import pytest

from chatd.core.languages import LONGEST, MOST, wanted


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ""),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at,en;q=0.5", "de"),
        ("fr, ar;q=0.4, en;q=0.8", "en"),
        ("en;q=0.5,de;q=0.5", "en"),
        ("en;q=0, de;q=0.001", "de"),
        ("en;q=0", ""),
        ("fr-CA,fr;q=0.9", ""),
        ("*", ""),
        ("en;q=2,ar", "ar"),
        ("en;q=x,ar", "ar"),
        ("en;q=nan,ar;q=-1", ""),
        ("de;level=1", ""),
        (" , ;q=1,, de ", "de"),
        ("deutsch", ""),
        ("\u0130\x00;q", ""),
    ],
)
def test_the_dearest_of_ours_is_found(header: str, language: str) -> None:
    assert wanted(header) == language


def test_of_a_long_list_the_beginning_is_looked_at() -> None:
    assert wanted("fr," * (MOST - 1) + "de") == "de"
    assert wanted("fr," * MOST + "de") == ""
    assert wanted(" " * LONGEST + "de") == ""
