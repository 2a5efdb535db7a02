"""The little that the store itself reads in a message's body, whose shape `features` owns."""

import msgspec


class _Body(msgspec.Struct):
    reply_to: int | None = None
    edited: int | None = None


_decode = msgspec.json.Decoder(_Body).decode


def answered(body: bytes) -> int | None:
    """The seq of the message that this one answers."""
    return _decode(body).reply_to


def edited_at(body: bytes) -> int | None:
    """When these words replaced others, in Unix ms; None for a message's first words."""
    return _decode(body).edited
