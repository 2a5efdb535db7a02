"""Text and JSON."""

import json
from datetime import datetime

from chatd.logs.forms import as_json, as_text
from tests.logs.events import event, failed


def test_text_tells_when_where_how_bad_and_what() -> None:
    line = as_text(event("{user} is here", "warn", "chatd.push", user="u1"))
    when, _, rest = line.partition(" ")
    assert datetime.fromisoformat(when)
    assert rest == "[chatd.push#warn] u1 is here\n"


def test_no_text_can_pass_for_a_line_of_its_own() -> None:
    forged = as_text(event("answered: {answer}", answer="ok\n2026-01-01 [chatd#info] root is here"))
    assert forged.splitlines()[1].startswith("\t2026-01-01")


def test_json_is_one_object_on_one_line_with_the_fields_there_are() -> None:
    line = as_json(
        event(
            "fault {reference}\nin send",
            "critical",
            connection="abcd1234",
            request=7,
            user="u1",
            reference="r3f",
            text="never told",
            status=None,
        )
    )
    assert line.count("\n") == 1
    told = json.loads(line)
    assert datetime.fromisoformat(told.pop("time").replace("Z", "+00:00"))
    assert told == {
        "level": "critical",
        "namespace": "chatd.test",
        "message": "fault r3f\nin send",
        "connection": "abcd1234",
        "request": 7,
        "user": "u1",
        "reference": "r3f",
    }


def test_json_of_a_failure_has_its_kind_and_traceback() -> None:
    told = json.loads(as_json(failed(ZeroDivisionError("x"))))
    assert told["failure"] == "ZeroDivisionError"
    assert 'events.py", line' in told["traceback"]


def test_an_event_that_cannot_be_formatted_is_a_line_all_the_same() -> None:
    assert json.loads(as_json(event("{nothing} here")))["message"]
