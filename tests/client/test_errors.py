"""Which close codes keep a client away."""

from chatd.client.errors import stays_away
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
