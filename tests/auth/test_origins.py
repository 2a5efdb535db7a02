"""Only pages of an allowed origin pass, however the header is dressed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.auth.origins import Origin, OriginPolicy, normalise, of_url
from chatd.core.codes import Code
from chatd.core.principal import Credential
from chatd.core.refusal import Refusal


@pytest.mark.parametrize(
    ("text", "serialised"),
    [
        ("https://chat.example.org", "https://chat.example.org"),
        ("https://chat.example.org:443", "https://chat.example.org"),
        ("http://chat.example.org:80", "http://chat.example.org"),
        ("https://chat.example.org:80", "https://chat.example.org:80"),
        ("HTTPS://Chat.Example.ORG:8443", "https://chat.example.org:8443"),
        ("wss://chat.example.org:443", "wss://chat.example.org"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://chat.example.org.", "https://chat.example.org."),
        ("https://localhost:8443", "https://localhost:8443"),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://[0:0:0:0:0:0:0:1]", "https://[::1]"),
        ("https://[2001:DB8::A]:443", "https://[2001:db8::a]"),
        ("https://my_host.example", "https://my_host.example"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        ("capacitor://localhost", "capacitor://localhost"),
    ],
)
def test_an_origin_has_one_form(text: str, serialised: str) -> None:
    origin = normalise(text)
    assert origin is not None
    assert str(origin) == serialised
    assert normalise(serialised) == origin


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "NULL", "*", "https://", "https:", "://x", "//x", "x", "chat.example.org"),
        *("file://", "file:///", "file:///etc/passwd", "data:text/html,x", "about:blank"),
        *("https://x/", "https://x/path", "https://x?q", "https://x#f", "https://x\\y"),
        *("https://user@x", "https://user:secret@x", "https://x@", "https://:443", "https://x:"),
        *("https://x:0", "https://x:65536", "https://x:99999", "https://x:0443", "https://x:-1"),
        *("https://x:443:443", "https://x:४", "https://x y", "https://x https://y", "https://x,"),
        *(" https://x", "https://x ", "https://x\n", "https://x\x00", "https://\tx", "1ttps://x"),
        *("https://[::1", "https://::1", "https://[::g]", "https://[]", "https://[::1%25eth0]"),
        *(
            "https://*.example.org",
            "https://a..b",
            "https://a..",
            "https://.a",
            "https://-a.b",
            "https://a-.b",
        ),
        *("https://1.2.3", "https://1.2.3.4.5", "https://256.1.1.1", "https://0x7f000001"),
        *("https://127.0.0.01", "https://2130706433", "https://127.0.0.1.", "https://a%2eb"),
        *("https://" + "a" * 64, "https://" + "a." * 200 + "b", "https://" + "a" * 5000),
        *("https://a\u200db\u202e.org", "https://\u2603\ufe0f\u0301.\ud800"),
    ],
)
def test_what_is_no_origin(text: str) -> None:
    assert normalise(text) is None


@given(st.text(max_size=60) | st.text(alphabet="htps:/.[]@1é%-x", max_size=30))
def test_any_text_is_one_origin_or_none(text: str) -> None:
    for candidate in (text, f"https://{text}"):
        origin = normalise(candidate)
        if origin is not None:
            assert normalise(str(origin)) == origin
            assert str(origin).isascii()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://chat.example.org", Origin("https", "chat.example.org")),
        ("https://chat.example.org:443/chat/?a#b", Origin("https", "chat.example.org")),
        ("http://localhost:8080/", Origin("http", "localhost", 8080)),
        ("wss://chat.example.org/", None),
        ("https://user@chat.example.org/", None),
        ("https://[::1/", None),
        ("chat.example.org", None),
        ("", None),
    ],
)
def test_the_origin_of_an_address(url: str, origin: Origin | None) -> None:
    assert of_url(url) == origin


OWN = "https://chat.example.org"


@pytest.mark.parametrize(
    "value",
    [b"https://chat.example.org", b"https://chat.example.org:443", b"HTTPS://CHAT.example.org"],
)
@pytest.mark.parametrize("credential", ["cookie", "bearer", "ticket", None])
def test_with_an_empty_list_our_own_page_passes(
    value: bytes, credential: Credential | None
) -> None:
    assert OriginPolicy((), OWN + "/").check([value], credential) == normalise(OWN)


FOREIGN = [
    *(b"https://evil.example", b"http://chat.example.org", b"https://chat.example.org:8443"),
    *(b"https://chat.example.org:80", b"wss://chat.example.org", b"https://example.org"),
    *(b"https://chat.example.org.evil.example", b"https://evilchat.example.org"),
    *(b"https://www.chat.example.org", b"https://chat.example.org.", b"https://chat-example.org"),
    *(b"https://chat.example.org@evil.example", b"https://evil.example/chat.example.org"),
    *(b"https://evil.example#https://chat.example.org", b"https://chat.example.org/", b"file://"),
    *(b"null", b"", b"*", b"https://", b"https://chat.example.org https://evil.example"),
    *(b"https://chat.example.org,https://chat.example.org", b"https://chat.example.org\x00"),
    *("https://chаt.example.org".encode(), b"https://xn--cht-5cd.example.org", b"\xff\xfe"),
    *("https://chat。example。org".encode(), b"https://chat.example.org\r\nX: y", b"https://[::1]"),
]


@pytest.mark.parametrize("value", FOREIGN)
@pytest.mark.parametrize("credential", ["cookie", "bearer", "ticket", None])
def test_every_other_origin_is_refused(value: bytes, credential: Credential | None) -> None:
    with pytest.raises(Refusal) as caught:
        OriginPolicy((), OWN).check([value], credential)
    assert (caught.value.code, caught.value.field) == (Code.FORBIDDEN, "origin")
    assert caught.value.message.isascii()


@pytest.mark.parametrize(
    ("credential", "passes"), [("cookie", False), (None, False), ("bearer", True), ("ticket", True)]
)
def test_without_an_origin_only_what_no_browser_adds_by_itself_passes(
    credential: Credential | None, passes: bool
) -> None:
    policy = OriginPolicy((), OWN)
    if passes:
        assert policy.check([], credential) is None
    else:
        with pytest.raises(Refusal) as caught:
            policy.check([], credential)
        assert caught.value.code is Code.FORBIDDEN


@pytest.mark.parametrize("credential", ["cookie", "bearer", "ticket", None])
def test_two_origins_are_refused_even_when_both_are_ours(credential: Credential | None) -> None:
    with pytest.raises(Refusal):
        OriginPolicy((), OWN).check([OWN.encode(), OWN.encode()], credential)


def test_listed_origins_pass_beside_our_own() -> None:
    policy = OriginPolicy(("https://Shop.example:443", "https://bücher.example"), OWN)
    for value in (b"https://shop.example", b"https://xn--bcher-kva.example", OWN.encode()):
        assert str(policy.check([value], "ticket")) == value.decode()
    with pytest.raises(Refusal) as caught:
        policy.check([b"https://other.example"], "ticket")
    assert "https://other.example" in caught.value.message


@pytest.mark.parametrize(
    "text", ["*", "https://*.example.org", "null", "", "example.org", "https://x/", "file://"]
)
def test_a_list_with_anything_but_origins_is_not_taken(text: str) -> None:
    with pytest.raises(ValueError, match="no origin"):
        OriginPolicy((OWN, text), OWN)


@pytest.mark.parametrize("url", ["", "chat.example.org", "ftp://x", "https://a@b/"])
def test_a_public_url_without_an_origin_is_not_taken(url: str) -> None:
    with pytest.raises(ValueError, match="no http"):
        OriginPolicy((), url)
