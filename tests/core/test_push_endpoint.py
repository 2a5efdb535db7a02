"""What a browser hands over to be pushed to is looked at well, and where it may lead."""

import ipaddress

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.push_endpoint import LONGEST, endpoint, is_public, origin, public_key, secret
from chatd.core.refusal import Refusal
from tests.hooks.push.browser import Subscribed, url64


@pytest.mark.parametrize(
    "address",
    [
        "https://fcm.googleapis.com/fcm/send/dXy:APA91bH",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA?x=1",
        "https://web.push.apple.com:443/QGz",
        "https://[2606:4700::1111]:8443/push",
    ],
)
def test_an_address_of_a_push_service_is_taken_as_it_is(address: str) -> None:
    assert endpoint(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "push",
        "http://push.example.net/x",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://push.example.net:0/x",
        "https://push.example.net:99999/x",
        "https://user:pass@push.example.net/x",
        "https://push.example.net/x#y",
        "https://push.example.net/a b",
        "https://push.example.net/\r\nHost: other",
        "https://pusch.example.net/ü",
        "https://[::1",
        "https://push.example.net/" + "x" * LONGEST,
    ],
)
def test_any_other_is_refused(address: str) -> None:
    with pytest.raises(Refusal) as caught:
        endpoint(address)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "endpoint")


def test_an_origin_is_written_as_browsers_write_it() -> None:
    assert origin("https://Push.Example.net/x?y") == "https://push.example.net"
    assert origin("https://push.example.net:443/x") == "https://push.example.net"
    assert origin("https://push.example.net:8443/x") == "https://push.example.net:8443"
    assert origin("https://[2606:4700::1111]:8443/x") == "https://[2606:4700::1111]:8443"


def test_a_key_is_a_point_of_the_curve() -> None:
    for _ in range(20):
        browser = Subscribed()
        assert public_key(url64(browser.point)) == browser.point
        assert public_key(url64(browser.point) + "=") == browser.point
    point = Subscribed().point
    beside = point[:-1] + bytes((point[-1] ^ 1,))
    other = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    for wrong in (
        b"",
        point[1:],
        b"\x02" + point[1:],
        point + b"\x00",
        beside,
        b"\x04" + bytes(64),
        b"\x04" + b"\xff" * 64,
        b"\x04" + (other.x % 2**256).to_bytes(32, "big") + (other.y % 2**256).to_bytes(32, "big"),
    ):
        with pytest.raises(Refusal) as caught:
            public_key(url64(wrong))
        assert caught.value.field == "p256dh"


@given(st.text(max_size=100))
def test_whatever_is_no_key_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(Refusal):
        public_key(text)


def test_a_secret_has_sixteen_bytes() -> None:
    assert secret(url64(bytes(range(16)))) == bytes(range(16))
    for wrong in ("", "AAAA", url64(bytes(15)), url64(bytes(17)), "*" * 22):
        with pytest.raises(Refusal) as caught:
            secret(wrong)
        assert caught.value.field == "auth"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        # Private addresses by other names: mapped, 6to4, NAT64, Teredo.
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:a00:1::", "64:ff9b::a00:1"),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        # What Python's tables do not have.
        *("fec0::1", "feff::1", "3fff::1", "3fff:fff:ffff::1", "192.88.99.1"),
        "::ffff:192.88.99.1",
    ],
)
def test_what_is_private_is_not_public_under_any_name(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "142.250.1.188", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_as_public_as_the_one_inside(address: ipaddress.IPv4Address) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))
