"""Which offers of permessage-deflate are accepted, and what is no list of extensions at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.headers import build_extension, parse_extension
from wsproto.extensions import PerMessageDeflate

from chatd.edge.extensions import accepted

PLAIN = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
SMALL = f"{PLAIN}; server_max_window_bits=12"

ANSWERS = {
    "": "",
    " , ,": "",
    "permessage-deflate": PLAIN,
    "permessage-deflate; client_max_window_bits": PLAIN,
    "permessage-deflate;client_max_window_bits=8": PLAIN,
    "permessage-deflate; client_max_window_bits=15; server_max_window_bits=15": SMALL,
    "permessage-deflate ;\tserver_max_window_bits = 12": SMALL,
    'permessage-deflate; server_max_window_bits="12"': SMALL,
    'permessage-deflate; server_max_window_bits="\\1\\2"': SMALL,
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover": PLAIN,
    # A window smaller than ours: the next offer may ask for less.
    "permessage-deflate; server_max_window_bits=11": "",
    "permessage-deflate; server_max_window_bits=8, permessage-deflate": PLAIN,
    "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits": PLAIN,
    "permessage-deflate; server_max_window_bits=13, permessage-deflate": SMALL,
    'foo; a; b=1; c="x", , permessage-deflate': PLAIN,
    # Each of these declines the offer (§7.1).
    "permessage-deflate; server_max_window_bits": "",
    "permessage-deflate; server_max_window_bits=7": "",
    "permessage-deflate; server_max_window_bits=16": "",
    "permessage-deflate; server_max_window_bits=012": "",
    "permessage-deflate; server_max_window_bits=+12": "",
    "permessage-deflate; client_max_window_bits=07": "",
    "permessage-deflate; client_max_window_bits=16": "",
    "permessage-deflate; client_max_window_bits=x": "",
    "permessage-deflate; server_no_context_takeover=1": "",
    'permessage-deflate; client_no_context_takeover="true"': "",
    "permessage-deflate; client_max_window_bits; client_max_window_bits": "",
    "permessage-deflate; client_max_window_bits=15; client_max_window_bits": "",
    "permessage-deflate; something_new": "",
    "permessage-deflate; Server_no_context_takeover": "",
    "Permessage-Deflate": "",
    "permessage-deflate2": "",
    "permessage-bzip2": "",
    # Sixteen are looked at.
    ", ".join(["x; a=1"] * 15 + ["permessage-deflate"]): PLAIN,
    ", ".join(["x; a=1"] * 16 + ["permessage-deflate"]): "",
}


@pytest.mark.parametrize("header", ANSWERS)
def test_the_first_offer_that_can_be_kept_to_is_accepted(header: str) -> None:
    assert accepted(header) == ANSWERS[header]


@pytest.mark.parametrize(
    "header",
    [
        ";",
        "; a",
        "=1",
        "permessage-deflate;",
        "permessage-deflate; ",
        "permessage-deflate; , x",
        "permessage-deflate client_max_window_bits",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_max_window_bits=1 5",
        'permessage-deflate; client_max_window_bits="15',
        'permessage-deflate; client_max_window_bits="1 5"',
        'permessage-deflate; client_max_window_bits=""',
        'permessage-deflate; client_max_window_bits="15\\"',
        "permessage-deflate; a=b=c",
        "permessage-deflate, (x)",
        "permessage-deflate/1",
        "permessage\x00deflate",
        "permessage-deflat\xe9",
        '"permessage-deflate"',
    ],
)
def test_what_is_no_list_of_extensions_is_said_to_be_none(header: str) -> None:
    with pytest.raises(ValueError, match="an extension"):
        accepted(header)


@given(st.text(st.sampled_from(list('ab1;,=" \t\\')), max_size=40))
def test_any_header_is_a_list_or_is_not(header: str) -> None:
    try:
        ours = accepted(header)
    except ValueError:
        return
    assert ours == ""


def test_a_long_header_is_read_once() -> None:
    for odd in ('x;a="' + "\\" * 16_000, "x" * 16_000 + "(", "x" + ";a=1" * 4_000 + ";"):
        with pytest.raises(ValueError, match="an extension"):
            accepted(odd)
    assert accepted("permessage-deflate" + ";a" * 8_000) == ""


def test_other_implementations_take_the_answer() -> None:
    factory = ClientPerMessageDeflateFactory(server_max_window_bits=12, client_max_window_bits=12)
    offer = build_extension([(factory.name, factory.get_request_params())])
    ((_, parameters),) = parse_extension(accepted(offer))
    agreed = factory.process_response_params(parameters, [])
    assert agreed.remote_no_context_takeover and agreed.local_no_context_takeover
    assert agreed.remote_max_window_bits == 12
    other = PerMessageDeflate()
    assert "server_no_context_takeover" in accepted(f"permessage-deflate; {other.offer()}")
    other.finalize(accepted(f"permessage-deflate; {other.offer()}"))
    assert other.enabled()
    assert other.server_no_context_takeover and other.client_no_context_takeover
