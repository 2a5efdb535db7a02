"""What goes along with a push: of files that they are there, and not what they are called."""

import json

import msgspec
import pytest

from chatd.engine.followers import RoomFacts
from chatd.engine.pushes import PushFacts, SubscriptionRow
from chatd.engine.rows import EventRow
from chatd.features.messages import Body
from chatd.features.shapes import FileShape
from chatd.hooks.push.payload import payload
from tests.hooks.fakes import render

PICTURE = FileShape(file="f1", name="secret.png", type="image/png", size=9, width=3, height=2)
FILE = FileShape(file="f2", name="secret.pdf", type="image/png", size=9)


def told(*files: FileShape, text: str = "", texts: bool = False) -> dict[str, object]:
    body = msgspec.json.encode(Body(text=text, files=list(files)))
    event = EventRow(1, "r1", 1, 1, "message", "u1", "anna", 0, None, body)
    to = SubscriptionRow("s1", "u2", "https://push.example", b"", b"", True)
    facts = PushFacts(to, event, RoomFacts("r1", "direct", "", None), "Anna", 1, False)
    found = payload(facts, render, texts=texts)
    assert b"secret" not in found
    return dict(json.loads(found))


@pytest.mark.parametrize(
    ("files", "word"),
    [((PICTURE,), "picture"), ((PICTURE, PICTURE), "picture"), ((PICTURE, FILE), "file")],
)
def test_of_files_it_says_what_they_are_and_no_name(
    files: tuple[FileShape, ...], word: str
) -> None:
    assert told(*files)["carries"] == word
    assert told(*files, text="look", texts=True)["text"] == "look"


def test_a_message_without_files_carries_nothing() -> None:
    assert "carries" not in told(text="hi", texts=True)
