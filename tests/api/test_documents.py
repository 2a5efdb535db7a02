"""docs/http.md: its table lists every call with its scope."""

import re

from chatd.edge.api.table import ALL
from chatd.edge.guard import ANY_SCOPE
from tests.daemon import REPOSITORY

TEXT = (REPOSITORY / "docs" / "http.md").read_text("utf-8")


def test_the_table_lists_every_call_with_its_scope() -> None:
    rows = set(re.findall(r"^\| `([A-Z]+) (/[^`]*)` \| (?:`([a-z:]*)`)? ?\|", TEXT, re.MULTILINE))
    wanted = {
        (call.method, call.path, "" if call.scope == ANY_SCOPE else call.scope) for call in ALL
    }
    listed = {row for row in rows if row[:2] in {call[:2] for call in wanted}}
    assert listed == wanted
