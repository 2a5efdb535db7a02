"""Which close codes keep a client away, and for how long a server may have it wait."""

import pytest

from chatd.client.errors import Refused, stays_away
from chatd.client.http import Problem
from chatd.core.codes import CLOSES, Close


def test_the_client_reads_every_close_code_as_the_server_means_it() -> None:
    known = {int(code) for code in Close}
    wrong = [code for code in Close if stays_away(code) == CLOSES[code].come_back]
    assert wrong == []
    # Of those that are still to be invented the range tells.
    unknown = [code for code in range(1000, 5000) if code not in known]
    assert [code for code in unknown if stays_away(code)] == [
        code for code in unknown if code >= 4500
    ]


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        (0, 0.0),
        (2.5, 2.5),
        (1e300, 86_400.0),
        (10**400, 86_400.0),
        (float("inf"), 86_400.0),
        (float("nan"), None),
        (-1, None),
        ("5", None),
        ([5], None),
        (True, None),
        (None, None),
    ],
)
def test_a_servers_pause_is_kept_within_reason(told: object, waits: float | None) -> None:
    assert Refused({"retry_after": told}).retry_after == waits
    assert Problem(503, {"retry_after": told}).retry_after == waits
