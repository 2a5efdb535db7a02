"""Which close codes keep a client away."""

from chatd.client.errors import stays_away
from chatd.core.codes import comes_back


def test_the_client_reads_every_close_code_as_the_server_means_it() -> None:
    wrong = [code for code in range(1000, 5000) if stays_away(code) == comes_back(code)]
    assert wrong == []
