"""What the declarations let in."""

import pytest

from chatd import features
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.wire.codec import Codec

CODEC = Codec(row.command for feature in features.ALL for row in feature.rows)


@pytest.mark.parametrize("until", ["9007199254740992", "9223372036854775808", "1" + "0" * 30])
def test_a_time_that_no_store_can_hold_is_refused_by_its_field(until: str) -> None:
    frame = f'{{"type":"ban","id":1,"key":"k","room":"r","user":"u","until":{until}}}'
    with pytest.raises(Refusal) as caught:
        CODEC.decode(frame.encode(), 8)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "until")
