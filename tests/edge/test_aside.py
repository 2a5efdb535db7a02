"""The page's release, made in a process of its own."""

import sys

import pytest

from chatd.edge.aside import release_aside
from chatd.edge.bundle import BundleError
from chatd.edge.pages import ui_files
from chatd.edge.release import release


def test_a_process_of_its_own_makes_what_would_be_made_here() -> None:
    files = ui_files()
    assert release_aside(files) == release(files)


@pytest.mark.parametrize(
    "program",
    [
        ("/no/such/python",),
        (sys.executable, "-c", "raise SystemExit(1)"),
        (sys.executable, "-c", "print('this is no release')"),
    ],
)
def test_where_no_process_can_make_it_the_page_is_there(program: tuple[str, ...]) -> None:
    files = ui_files()
    assert release_aside(files, program) == release(files)


def test_files_that_cannot_be_joined_are_refused_as_ever() -> None:
    files = {**ui_files(), "main.js": b"import nothing from './none.js';"}
    with pytest.raises(BundleError):
        release_aside(files)
