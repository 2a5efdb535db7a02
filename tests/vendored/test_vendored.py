"""Nobody changed what is not ours."""

import pytest

from tests.vendored import HERE, all_of_it


@pytest.mark.parametrize("one", all_of_it(), ids=lambda one: one.name)
def test_it_is_what_it_was_taken_as_and_its_licence_lies_beside_it(one):
    assert one.intact()
    assert one.licence
    assert (HERE / f"LICENCE-{one.package}").read_text("utf-8")
