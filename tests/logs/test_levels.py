"""Which events are logged."""

from chatd.logs.levels import Levels


def test_the_least_level_holds_for_every_namespace() -> None:
    levels = Levels("warn", {})
    assert levels.admits("chatd.push", "warn")
    assert levels.admits("", "critical")
    assert not levels.admits("chatd.push", "info")


def test_a_namespace_and_all_below_it_have_their_own() -> None:
    levels = Levels("info", {"chatd.hooks": "error", "chatd.hooks.push": "debug"})
    assert levels.admits("chatd.hooks.push.sender", "debug")
    assert not levels.admits("chatd.hooks.lane", "warn")
    assert levels.admits("chatd.hooksmith", "info")
    assert not levels.admits("chatd.hooksmith", "debug")
