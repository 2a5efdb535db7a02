"""The way to the server: whom it trusts."""

import pytest

from chatd.terminal.link import trust_of
from chatd.terminal.profiles import ProfileError

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@pytest.mark.parametrize(
    "content", ["", "notes", f"{BEGIN}\n", f"{BEGIN}\nAAAA\n{END}\n", f"{BEGIN}\n!\n{END}\n"]
)
def test_a_file_without_a_certificate_is_no_authority(tmp_path, content):
    path = tmp_path / "ca.pem"
    path.write_text(content)
    with pytest.raises(ProfileError, match="holds no certificate in PEM form"):
        trust_of(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ProfileError, match=r"missing\.pem cannot be read: No such file"):
        trust_of(str(tmp_path / "missing.pem"))


def test_without_one_the_systems_count():
    assert trust_of(None) is None
