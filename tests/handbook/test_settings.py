"""Settings that the documents show are taken as they stand."""

from pathlib import Path

import pytest

from chatd.config.reading import parse
from chatd.terminal.profiles import Profiles
from tests.handbook.reading import blocks

#: Of chatd.toml; what is not, is told of with `chat`.
SHOWN = {name: one for name, one in blocks().items() if one.language == "toml"}
OF_CHAT = {"terminal.md#the-full-screen/3"}


@pytest.mark.parametrize("name", sorted(SHOWN.keys() - OF_CHAT))
def test_settings_in_a_document_are_those_there_are(name: str) -> None:
    parse(SHOWN[name].text, Path("/etc/chatd/chatd.toml"), files=False)


def test_so_are_those_of_the_terminal(tmp_path: Path) -> None:
    (name,) = OF_CHAT
    folder = tmp_path / "chatd"
    folder.mkdir()
    (folder / "chat.toml").write_text(SHOWN[name].text)
    assert Profiles({"XDG_CONFIG_HOME": str(tmp_path)}).screen().mouse
