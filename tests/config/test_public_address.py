"""The address people type, and its path: what is right, and what to mend."""

from pathlib import Path

import pytest

from chatd.config.public_address import prefix, wrong
from chatd.config.reading import ConfigError, parse
from chatd.config.safety import unsafe
from chatd.parts import public_url

FILE = Path("/etc/chatd/chatd.toml")


@pytest.mark.parametrize(
    ("url", "outside", "path"),
    [
        ("https://chat.example.org", "https://chat.example.org", ""),
        ("https://chat.example.org/", "https://chat.example.org", ""),
        ("https://example.org:8443/chat/", "https://example.org:8443/chat", "/chat"),
        ("https://[::1]/a-b/c_d.~1/", "https://[::1]/a-b/c_d.~1", "/a-b/c_d.~1"),
        (f"https://example.org/{'x' * 62}/", f"https://example.org/{'x' * 62}", f"/{'x' * 62}"),
    ],
)
def test_an_address_has_a_path_only_where_it_says_so(url: str, outside: str, path: str) -> None:
    settings = parse(f'[server]\npublic_url = "{url}"\n', FILE)
    assert not [text for text in unsafe(settings) if "public_url" in text]
    assert (public_url(settings), prefix(public_url(settings))) == (outside, path)


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://example.org/chat", 'a slash at its end, "https://example.org/chat/"'),
        ("https://example.org/a/b", 'a slash at its end, "https://example.org/a/b/"'),
        ("https://example.org/chat/?x=1", 'behind the path, such as "https://example.org/chat/"'),
        ("https://example.org/chat/#x", 'behind the path, such as "https://example.org/chat/"'),
        ("https://example.org/chat/?", "without anything behind the path"),
        ("https://chat.example.org#x", "without anything behind the path"),
        (
            "https://example.org/../chat/",
            "plain words between slashes, 64 letters at the most, such",
        ),
        ("https://example.org/chat/./", 'such as "https://example.org/chat/"'),
        ("https://example.org/.chat/", "a path of plain words"),
        ("https://example.org//chat/", "a path of plain words"),
        ("https://example.org/chat//", "a path of plain words"),
        ("https://example.org/ch%61t/", "a path of plain words"),
        ("https://example.org/chät/", "a path of plain words"),
        ("https://example.org/a;b/", "a path of plain words"),
        ("https://example.org/a b/", "a path of plain words"),
        (f"https://example.org/{'x' * 63}/", "64 letters at the most"),
        ("http://example.org/chat/", "right would be https:// and a host"),
        ("wss://example.org/chat/", "right would be https:// and a host"),
        ("example.org/chat/", "right would be https:// and a host"),
        ("/chat/", "right would be https:// and a host"),
        ("http://chat.example.org", "right would be https:// and a host"),
        ("https://chat.example.org:77777", "right would be https:// and a host"),
        ("https://exa mple.org", "right would be https:// and a host"),
        ("https://eve@chat.example.org", "right would be https:// and a host"),
        ("https://[chat", "right would be https:// and a host"),
    ],
)
def test_a_wrong_one_stops_the_start_with_file_line_and_what_is_right(url: str, right: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'[server]\nname = "x"\npublic_url = "{url}"\n', FILE)
    (text,) = str(caught.value).splitlines()
    assert text.startswith("/etc/chatd/chatd.toml:3: `public_url` is '")
    assert right in text


def test_what_is_proposed_in_place_of_a_wrong_one_is_right() -> None:
    for url in ("https://example.org/chat", "https://example.org/chat/?x", "http://x.example"):
        said = wrong(url)
        assert said is not None
        assert wrong(said.rsplit('"', 2)[1]) is None


def test_none_is_right_where_there_is_none() -> None:
    assert wrong("") is None
