"""Where profiles and tokens are kept, and for whose eyes."""

import stat

import pytest

from chatd.terminal.profiles import (
    NAME,
    NoProfile,
    Profile,
    ProfileError,
    Profiles,
    Screen,
    one_token,
    profile_name,
    site,
)

TOKEN = "chatd_t_" + "x" * 43


@pytest.fixture
def profiles(tmp_path):
    return Profiles({"XDG_CONFIG_HOME": str(tmp_path)})


def profile(name="alice@host", **more):
    return Profile(name, "https://host:8443", "alice", token=TOKEN, **more)


def test_what_is_kept_is_read_back_and_only_its_owner_may(profiles):
    profiles.keep(profile(ca='/etc/ca "x".pem'))
    assert profiles.chosen(None) == profile(ca='/etc/ca "x".pem')
    files = [profiles.file, profiles.folder / "tokens" / "alice@host"]
    assert [stat.S_IMODE(one.stat().st_mode) for one in files] == [0o600, 0o600]
    assert TOKEN not in profiles.file.read_text()
    assert stat.S_IMODE((profiles.folder / "tokens").stat().st_mode) == 0o700


def test_the_last_one_signed_in_is_used_until_another_is_named(profiles):
    profiles.keep(profile("one"))
    profiles.keep(profile("two"))
    assert profiles.chosen(None).name == "two" and profiles.chosen("one").name == "one"
    profiles.use("one")
    assert profiles.chosen(None).name == "one"
    profiles.forget("one")
    assert profiles.chosen(None).name == "two"
    with pytest.raises(NoProfile):
        profiles.chosen("one")
    with pytest.raises(NoProfile):
        profiles.use("one")


def test_the_environment_takes_the_place_of_a_profile(tmp_path, profiles):
    profiles.keep(profile())
    (tmp_path / "token").write_text(TOKEN + "\n")
    known = {"XDG_CONFIG_HOME": str(tmp_path), "CHATD_URL": "chat.example.org"}
    with pytest.raises(ProfileError, match="CHATD_TOKEN_FILE"):
        Profiles(known).chosen(None)
    known["CHATD_TOKEN_FILE"] = str(tmp_path / "token")
    found = Profiles(known).chosen(None)
    assert (found.url, found.token) == ("https://chat.example.org", TOKEN)
    assert Profiles(known).chosen("alice@host").url == "https://host:8443"
    assert Profiles({**known, "CHATD_PROFILE": "alice@host"}).chosen(None).user == "alice"


def test_settings_of_the_screen_outlive_a_login(profiles):
    profiles.folder.mkdir()
    profiles.file.write_text("[screen]\nbell = false\nascii = true\n")
    profiles.keep(profile())
    assert profiles.screen() == Screen(bell=False, ascii=True)
    profiles.file.write_text("[screen]\nbell = 3\n")
    with pytest.raises(ProfileError, match="bell"):
        profiles.screen()


@pytest.mark.parametrize("text", ["not toml [", "[profile.x]\nurl = 5\n", "[profile.x]\n"])
def test_a_broken_file_is_named(profiles, text):
    profiles.folder.mkdir()
    profiles.file.write_text('default = "x"\n' + text)
    with pytest.raises(ProfileError):
        profiles.chosen(None)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("chat.example.org", "https://chat.example.org"),
        ("https://Chat.Example.org/?y#z", "https://chat.example.org"),
        ("Example.org/Chat", "https://example.org/Chat"),
        ("https://example.org:8443/a/chat/#/room/r1", "https://example.org:8443/a/chat"),
        ("localhost:8443", "https://localhost:8443"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
    ],
)
def test_addresses_are_read_as_people_type_them(typed, url):
    assert site(typed) == url


WRONG = [
    "http://x.example",
    "ftp://x",
    "https://",
    "a b",
    "https://u@h",
    "h/../x",
    "h//x",
    "h/a%2fb",
]


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_no_address_of_a_server_is_refused(typed):
    with pytest.raises(ProfileError):
        site(typed)


def test_plain_http_is_answered_with_the_address_to_take():
    with pytest.raises(ProfileError, match=r"try https://example\.org/chat\.$"):
        site("http://example.org/chat/")


def test_a_profile_of_a_server_below_a_path_is_named_so_that_it_can_be_a_file():
    name = profile_name("alice", "https://example.org:8443/a/chat")
    assert name == "alice@example.org:8443:a:chat"
    assert NAME.fullmatch(name)


def test_a_token_is_one_line():
    assert one_token(f" {TOKEN}\n", "x") == TOKEN
    for text in ("", "two words", "a\nb", "short"):
        with pytest.raises(ProfileError):
            one_token(text, "x")
