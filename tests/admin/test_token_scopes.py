"""chatctl makes tokens that may do only so much, and lists what they may."""

from pathlib import Path

import pytest

from chatd.admin import main as chatctl
from tests.daemon import Daemon


def test_tokens_are_limited_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Daemon(tmp_path) as daemon:
        daemon.user("robot")

        def tell(*words: str) -> str:
            assert chatctl.main(["--config", str(daemon.config), "token", *words]) == 0
            return capsys.readouterr().out

        scopes = ("--scope", "messages:write", "--scope", "chat")
        assert tell("create", "robot", *scopes).startswith("chatd_t_")
        tell("create", "robot")
        listed = tell("list", "robot")
        assert "chat messages:write" in listed and " all\n" in listed


def test_a_scope_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert chatctl.main(["token", "create", "robot", "--scope", "everything"]) == 2
    assert "messages:write" in capsys.readouterr().err
