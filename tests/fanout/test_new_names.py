"""What the API asks the hub: how somebody shows, and that somebody is called otherwise now."""

from tests.fanout.stage import Stage


def test_who_is_renamed_types_under_the_new_name() -> None:
    stage = Stage(tea="ann bob")
    _, typist = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    stage.hub.renamed("ann", "Annika")
    stage.hub.renamed("nobody", "Odysseus")
    typist.typing("tea", True)
    stage.clock.turn()
    (said,) = bob.signals("typing")
    assert said["users"] == [{"user": "ann", "name": "Annika"}]


def test_how_people_show_can_be_looked_up() -> None:
    stage = Stage(tea="ann bob")
    _, ann = stage.attach("ann", "tea")
    assert (stage.hub.shows("ann"), stage.hub.shows("bob")) == ("online", "offline")
    ann.presence("away")
    assert stage.hub.shows("ann") == "away"
