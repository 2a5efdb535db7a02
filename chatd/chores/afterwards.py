"""A quarter second of work that neither returning clients nor the first visitor should wait for."""

import sys
from collections.abc import Iterable
from typing import Any

from chatd.core.emojis import warm_up
from chatd.edge.pages import Late

#: How long this may hold the interpreter while another thread wants it, in seconds. At Python's own
#: 0.005 each commit and each page of rows, which release it many times, took ten times as long.
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
