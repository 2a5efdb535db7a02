"""What is typed and makes no sense ends the program with 2, and a sentence."""

import pytest

from chatd.terminal.arguments import parse


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "1e300", "soon"])
def test_a_timeout_that_is_no_time_is_refused(
    seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["rooms", "--timeout", seconds])
    assert ended.value.code == 2 and "--timeout" in capsys.readouterr().err


def test_a_timeout_is_in_seconds() -> None:
    assert parse(["rooms", "--timeout", "2.5"]).timeout == 2.5
