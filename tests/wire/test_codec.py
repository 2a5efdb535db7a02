"""Bytes to commands and back, and every way a frame can be wrong."""

import json
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.nesting import is_deeper
from chatd.core.refusal import Refusal
from chatd.wire import framing
from chatd.wire.codec import Codec, command_id, encode
from chatd.wire.frames import COMMON, Command, Data, Done, Error, Event, Keyed, Reply, RoomRef, Seq
from tests.wire.decoder import FrameDecoder, Unknown


class Speak(Keyed, frozen=True, kw_only=True, tag="speak"):
    room: RoomRef
    text: str
    mood: Literal["calm", "merry"] | None = None
    data: Data | None = None
    quotes: list[Seq] | None = None


class Look(Command, frozen=True, kw_only=True, tag="look"):
    pass


class Spoke(Event, frozen=True, kw_only=True, tag="spoke"):
    text: str


class Album(Reply, frozen=True, kw_only=True, tag="album"):
    events: list[Event] = msgspec.field(default_factory=list)
    more: bool = False


CODEC = Codec([Speak, Look])
DEPTH = 8
SPEAK: dict[str, Any] = {"type": "speak", "id": 7, "key": "k1", "room": "#tea", "text": "hello"}


def refused(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        CODEC.decode(data, DEPTH)
    return caught.value


def changed(**fields: Any) -> bytes:
    return json.dumps({**SPEAK, **fields}).encode()


def without(name: str) -> bytes:
    return json.dumps({field: value for field, value in SPEAK.items() if field != name}).encode()


def test_a_command_comes_out_as_its_struct() -> None:
    assert CODEC.decode(changed(), DEPTH) == Speak(id=7, key="k1", room="#tea", text="hello")


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (b"", Code.BAD_JSON, None),
        (b"  \n", Code.BAD_JSON, None),
        (b"\xef\xbb\xbf" + changed(), Code.BAD_JSON, None),
        (changed() + changed(), Code.BAD_JSON, None),
        (changed()[:-1], Code.BAD_JSON, None),
        (b'{"type":"look","id":1,"a":NaN}', Code.UNKNOWN_FIELD, "a"),
        (b'{"type":"speak","id":1,"text":"\xff"}', Code.BAD_JSON, None),
        (b'{"type":"speak","id":1,"text":"\\ud800"}', Code.BAD_JSON, None),
        (b"[1]", Code.BAD_FRAME, None),
        (b'"speak"', Code.BAD_FRAME, None),
        (b"null", Code.BAD_FRAME, None),
        (without("type"), Code.BAD_FRAME, None),
        (changed(type=5), Code.BAD_FRAME, "type"),
        (changed(type="sing"), Code.UNKNOWN_TYPE, "type"),
        (changed(colour="red"), Code.UNKNOWN_FIELD, "colour"),
        (changed(__proto__={}), Code.UNKNOWN_FIELD, "__proto__"),
        (without("id"), Code.BAD_FIELD, "id"),
        (without("text"), Code.BAD_FIELD, "text"),
        (changed(id=-1), Code.BAD_FIELD, "id"),
        (changed(id=True), Code.BAD_FIELD, "id"),
        (changed(id=2**63), Code.BAD_FIELD, "id"),
        (changed(id="7"), Code.BAD_FIELD, "id"),
        (changed(key="a\n"), Code.BAD_FIELD, "key"),
        (changed(key=""), Code.BAD_FIELD, "key"),
        (changed(text=None), Code.BAD_FIELD, "text"),
        (changed(text=["hello"]), Code.BAD_FIELD, "text"),
        (changed(mood="sad"), Code.BAD_FIELD, "mood"),
        (changed(data=[]), Code.BAD_FIELD, "data"),
        (changed()[:-1] + b',"data":{"x":1' + b"0" * 5000 + b"}}", Code.BAD_FIELD, "data"),
        (changed(quotes=[1, 0]), Code.BAD_FIELD, "quotes[1]"),
        (b"[" * 100_000, Code.TOO_DEEP, None),
        (b'{"type":"speak","data":' + b'{"a":' * 9, Code.TOO_DEEP, None),
    ],
)
def test_what_is_wrong_is_named(data: bytes, code: Code, field: str | None) -> None:
    refusal = refused(data)
    assert (refusal.code, refusal.field) == (code, field)
    assert refusal.message.endswith(".")
    assert not refusal.retry


def test_the_sentence_tells_what_would_be_right() -> None:
    assert refused(changed(id="7")).message == "`id` should be a whole number, not a text."
    assert refused(changed(mood="sad")).message == '`mood` should be one of "calm", "merry".'
    assert "length <= 64" in refused(changed(room="x" * 65)).message


def test_an_unknown_field_is_repeated_only_in_part() -> None:
    refusal = refused(changed(**{"x" * 60_000: 1}))
    assert refusal.field == "x" * 64
    assert len(refusal.message) < 200


def test_of_a_key_that_stands_twice_the_last_one_counts() -> None:
    command = CODEC.decode(b'{"type":"look","id":1,"id":2}', DEPTH)
    assert command.id == command_id(b'{"type":"look","id":1,"id":2}') == 2


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (changed(type="sing"), 7),
        (changed(text=5), 7),
        (b'{"id": 7, "text": "broken', 7),
        (b'{"type":"speak","id":7,"text":"\xff"}', 7),
        (b'{"type":"speak","id":7' + b"," + b"[" * 100_000, 7),
        (b'{"text":"\\"id\\":7', None),
        (changed(id="7"), None),
        (changed(id=2**53), None),
        (changed(id=-7), None),
        (changed(id=7.5), None),
        (b"7", None),
        (b"", None),
    ],
)
def test_the_id_is_recovered_where_it_can_be_believed(data: bytes, number: int | None) -> None:
    assert command_id(data) == number


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b'"]}[{"' + b"}" * levels


@pytest.mark.parametrize("levels", [1, 7, 8, 9, 30])
def test_depth_is_counted_outside_of_strings(levels: int) -> None:
    assert is_deeper(nested(levels), 8) is (levels > 8)


def test_many_shallow_objects_are_not_deep() -> None:
    assert not is_deeper(b"[" + b",".join([b'{"a":[]}'] * 5000) + b"]", 3)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(part) for part in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(part) for part in value), default=0)
    return 0


@given(JSON, st.integers(0, 6))
def test_depth_agrees_with_a_plain_count(value: Any, depth: int) -> None:
    assert is_deeper(json.dumps(value).encode(), depth) is (depth_of(value) > depth)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_command_or_a_refusal(data: bytes) -> None:
    try:
        assert isinstance(CODEC.decode(data, DEPTH), Command)
    except Refusal as refusal:
        assert refusal.message
    assert command_id(data) is None or isinstance(command_id(data), int)


@given(st.dictionaries(st.sampled_from([*SPEAK, "data", "quotes", "mood", "other"]), JSON))
def test_any_change_to_a_command_is_a_command_or_a_refusal(fields: dict[str, Any]) -> None:
    data = json.dumps({**SPEAK, **fields}).encode()
    try:
        command = CODEC.decode(data, DEPTH)
    except Refusal as refusal:
        assert refusal.code is not Code.BAD_JSON or "\\ud" in data.decode()
    else:
        assert CODEC.decode(encode(command), DEPTH) == command


def test_fields_at_their_default_are_left_out() -> None:
    assert encode(Done(id=3)) == b'{"type":"done","id":3}'
    assert msgspec.json.decode(encode(Error(code="busy", message="No.", retry=True))) == {
        "type": "error",
        "code": "busy",
        "message": "No.",
        "retry": True,
    }


EVENT = {"room": "r1", "seq": 1, "cursor": "c.1", "at": 5, "from": "u1", "name": "alice"}
DECODER = FrameDecoder([*COMMON, Spoke, Album])


def test_a_client_reads_frames_and_ignores_fields_it_does_not_know() -> None:
    frame = DECODER.decode(json.dumps({**EVENT, "type": "spoke", "text": "hi", "new": 1}))
    assert isinstance(frame, Spoke)
    assert (frame.from_, frame.text) == ("u1", "hi")
    assert DECODER.decode(b'{"type":"done","id":3}') == Done(id=3)


def test_a_frame_of_an_unknown_type_is_told_as_such() -> None:
    assert DECODER.decode(b'{"type":"poll","x":[1]}') == Unknown("poll", {"type": "poll", "x": [1]})


def test_a_list_of_events_holds_known_and_unknown_ones() -> None:
    events = [{**EVENT, "type": "spoke", "text": "hi"}, {**EVENT, "type": "poll"}]
    album = DECODER.decode(json.dumps({"type": "album", "id": 1, "events": events, "more": True}))
    assert isinstance(album, Album)
    assert album.more
    assert [type(event) for event in album.events] == [Spoke, Unknown]
    assert DECODER.decode(b'{"type":"album","id":1}') == Album(id=1)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"type":1}', b'{"type":"done"}', b'{"type":"x","y":' + b"[" * 9999],
)
def test_what_is_no_frame_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        DECODER.decode(data)


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_text_frame_has_its_length_in_the_shortest_form(size: int, header: bytes) -> None:
    assert framing.text(b"x" * size) == header + b"x" * size


def test_a_ping_is_an_empty_final_control_frame() -> None:
    assert framing.PING == b"\x89\x00"
