"""What guests may do is listed; everything else, also what comes later, is refused them."""

import pytest

from chatd import features
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.engine import Engine
from chatd.engine.table import Passing, Write
from chatd.features.guests import GUESTS_MAY
from chatd.features.messages import Send
from tests.fakes.clock import FakeClock
from tests.fakes.drive import run
from tests.fakes.tiny import LIMITS

GUEST = Principal("u1", "guest-1", False, "cookie", "c1", guest=True)
PERSON = Principal("u1", "alice", False, "cookie", "c1")
ROWS = {row.command: row for feature in features.ALL for row in feature.rows}
FORBIDDEN = sorted(ROWS.keys() - GUESTS_MAY, key=lambda command: command.__name__)


def engine() -> Engine:
    return Engine(
        *(features.ALL, None, FakeClock(), lambda count: bytes(count), LIMITS, print),  # type: ignore[arg-type]
        guests=GUESTS_MAY,
    )


@pytest.mark.parametrize("kind", FORBIDDEN, ids=lambda kind: kind.__name__)
def test_what_is_not_listed_is_refused_before_anything_of_it_is_looked_at(kind) -> None:
    # Whatever stands in its fields.
    command, made = kind(**dict.fromkeys(kind.__struct_fields__)), engine()
    with pytest.raises(Refusal) as caught:
        if isinstance(ROWS[kind], Write):
            made.decide(command, GUEST)
        elif isinstance(ROWS[kind], Passing):
            made.act(command, GUEST, None)  # type: ignore[arg-type]
        else:
            run(made.answer(command, GUEST, None))  # type: ignore[arg-type]
    assert caught.value.code is Code.FORBIDDEN
    assert "Guests may not do this" in caught.value.message


def test_what_brings_guests_elsewhere_or_finds_people_is_not_listed() -> None:
    names = {kind.__struct_config__.tag for kind in FORBIDDEN}
    assert names >= {
        *("direct", "people", "join", "leave", "create_room", "public_rooms", "add_member"),
        *("invite", "accept", "invite_link", "join_by_link", "search", "schedule", "forward"),
    }


def test_guests_talk_as_others_do() -> None:
    command = Send(id=1, key="k", room="r1", text="hello")
    assert engine().decide(command, GUEST) == engine().decide(command, PERSON)
