"""Files of a message go to the webhook's receiver as people get them."""

import json

import msgspec

from chatd.engine.followers import Followed, RoomFacts
from chatd.engine.rows import EventRow
from chatd.features.messages import Body
from chatd.features.shapes import FileShape
from chatd.hooks import payload
from tests.hooks.fakes import render


def told(body: Body) -> dict[str, object]:
    event = EventRow(1, "r1", 1, 1, "message", "u1", "anna", 0, None, msgspec.json.encode(body))
    said = payload.message(Followed(event, RoomFacts("r1", "public", "Tea", "tea")), render)
    return dict(json.loads(said)["data"])


def test_files_go_out_with_their_message_and_not_once_it_is_deleted() -> None:
    file = FileShape(file="f1", name="a.png", type="image/png", size=9, width=3, height=2)
    assert told(Body(files=[file]))["files"] == [msgspec.to_builtins(file)]
    assert "files" not in told(Body(deleted=1))
