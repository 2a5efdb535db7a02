"""What holds for all tests: those that this machine cannot run are left out, and counted."""

import os

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests marked with a word of CHATD_TESTS_WITHOUT (see tools/prepare.py)."""
    without = set(filter(None, os.environ.get("CHATD_TESTS_WITHOUT", "").split(",")))
    left_out = [item for item in items if any(mark.name in without for mark in item.iter_markers())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
