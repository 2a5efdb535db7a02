"""A collector of traces that would not be safe, or would not work, is named with the fix."""

from pathlib import Path
from typing import Any

import pytest

from chatd.config.safety import _readable, is_loopback
from chatd.config.safety_traces import unsafe_traces
from chatd.config.settings_traces import Traces
from tests.config.test_safety_outgoing import private

ENDPOINT = "https://otel.example.org/v1/traces"


def traces(**more: Any) -> list[str]:
    return unsafe_traces(Traces(**{"endpoint": ENDPOINT, **more}), _readable, is_loopback)


def test_what_is_in_order_is_not_complained_about(tmp_path: Path) -> None:
    header = private(tmp_path / "header", "Authorization: Bearer hush\n")
    assert traces(header_file=header) == traces() == []
    assert traces(endpoint="http://127.0.0.1:4318/v1/traces", header_file=header) == []
    assert traces(endpoint="http://[::1]:4318/v1/traces") == []


def test_where_there_is_none_nothing_else_matters() -> None:
    assert traces(endpoint="", header_file="no.header", ca_file="no.pem") == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:4318", "no address to post to"),
        ("grpc://otel.example.org:4317", "no address to post to"),
        ("http://otel.example.org/v1/traces", "what proves who we are"),
        ("https://me:hush@otel.example.org/v1/traces", "Put a header into traces.header_file"),
        (ENDPOINT + "#here", "leave out what begins with #"),
    ],
)
def test_an_address_that_is_not_one_is_named(url: str, says: str) -> None:
    (text,) = traces(endpoint=url)
    assert text.startswith("traces.endpoint ") and says in text


def test_a_file_of_headers_is_there_right_and_nobody_elses(tmp_path: Path) -> None:
    assert "does not exist: make it with" in traces(header_file=str(tmp_path / "none"))[0]
    wrong = private(tmp_path / "wrong", "Bearer hush\n")
    (text,) = traces(header_file=wrong)
    assert "line 1 is no header" in text and "hush" not in text
    header = Path(private(tmp_path / "open", "Authorization: Bearer hush\n"))
    header.chmod(0o644)
    assert "can be read by others" in traces(header_file=str(header))[0]
    assert "holds no PEM certificate" in traces(ca_file=wrong)[0]
