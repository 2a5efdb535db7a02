"""The examples of docs/webhooks.md are what goes out, field by field."""

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatd.config.settings_outgoing import Webhook
from chatd.hooks import payload
from tests.hooks.fakes import FakeStore, render

TEXT = (Path(__file__).parent.parent.parent / "docs" / "webhooks.md").read_text("utf-8")
EXAMPLES = [
    json.loads(line)
    for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]


def made(example: dict[str, Any]) -> bytes:
    """What goes out for that which the example tells."""
    told = example["data"]
    if example["type"] == "ping":
        return payload.ping(moment(example), told["server"])
    room = {"room": told["room"], "kind": told["room_kind"], "slug": told.get("room_slug")}
    kind = told.get("type", "message")
    at = told.get("at", moment(example))
    said = FakeStore().say(told.get("text", ""), at=at, author=told["from"], what=kind, **room)
    event = msgspec.structs.replace(
        said.event,
        seq=told["seq"],
        number=told.get("number", 0),
        target=told.get("target"),
        author_name=told.get("from_name", told["name"]),
    )
    said = replace(said, event=event, room=replace(said.room, name=told.get("room_name", "")))
    if example["type"] != "person.away":
        return payload.message(said, lambda row: with_cursor(row, told["cursor"]))
    absent = FakeStore().misses(
        said,
        told["user"],
        unread=told["unread"],
        email=told.get("email"),
        identities=tuple((each["issuer"], each["subject"]) for each in told.get("identities", ())),
    )
    absent = replace(absent, name=told["name"], display=told["display"])
    link = told["link"].partition("/#")[0]
    return payload.away(absent, render, link=link, with_text="text" in told)


def with_cursor(row: Any, cursor: str) -> Any:
    return msgspec.structs.replace(render(row), cursor=cursor)


def moment(example: dict[str, Any]) -> int:
    return round(datetime.fromisoformat(example["timestamp"]).timestamp() * 1000)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each["type"])
def test_an_example_is_what_goes_out(example: dict[str, Any]) -> None:
    assert json.loads(made(example)) == example


def test_every_type_has_an_example() -> None:
    types = {example["type"] for example in EXAMPLES}
    assert types == {*payload.TYPES.values(), "person.away", "ping"}


def test_every_setting_of_the_webhook_is_told() -> None:
    for name in Webhook.__dataclass_fields__:
        assert f"`{name}`" in TEXT or f"{name} = " in TEXT, name
