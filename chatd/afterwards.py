"""What takes a quarter of a second and that nobody should wait for: neither those who come back
after a start nor the first to ask."""

import sys
from collections.abc import Iterable
from typing import Any

from chatd.core.emojis import warm_up
from chatd.edge.pages import Late

#: How long this may hold the interpreter while another thread wants it, in seconds. At Python's own
#: 0.005 each commit and each page of rows, which let go of it many times, took ten times as long.
_TURN = 0.0005


def make_afterwards(late: Iterable[Late[Any]]) -> None:
    """In a thread."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        for each in late:
            _ = each.made
        warm_up()
    finally:
        sys.setswitchinterval(usual)
