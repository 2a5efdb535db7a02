"""The store's "no"s used in several places: one sentence each, so that hidden equals missing."""

from chatd.core.codes import Code
from chatd.core.refusal import Refusal


def no_room() -> Refusal:
    """The same for a room that is missing and one that is hidden: nobody can tell which."""
    return Refusal(Code.NOT_FOUND, "There is no such room, or you are not in it.")


def not_joined() -> Refusal:
    return Refusal(Code.FORBIDDEN, "You are not in this room; join it first.")


def confined() -> Refusal:
    return Refusal(
        Code.FORBIDDEN,
        "Whoever comes from another site is in the rooms that it, a member or a link lets them"
        " into, and in no others.",
    )


def not_invited() -> Refusal:
    return Refusal(Code.NOT_FOUND, "There is no such invitation.")


def no_message() -> Refusal:
    return Refusal(Code.NOT_FOUND, "There is no such message here, or you may not see it.")


def no_person() -> Refusal:
    return Refusal(Code.NOT_FOUND, "There is no such person here.")


def blocked() -> Refusal:
    """The same no matter who blocked whom."""
    return Refusal(Code.BLOCKED, "One of you has blocked the other.")


def busy(retry_after: float) -> Refusal:
    return Refusal(
        Code.BUSY,
        "The server has too much to do at the moment; try again.",
        retry_after=retry_after,
    )


def unavailable(retry_after: float) -> Refusal:
    return Refusal(
        Code.UNAVAILABLE,
        "The server could not make sure that this was stored; send it again with the same key.",
        retry_after=retry_after,
    )


def too_slow() -> Refusal:
    return Refusal(
        Code.TIMEOUT, "Reading this took too long and was given up; ask for less.", retry_after=1.0
    )


def storage_full(retry_after: float) -> Refusal:
    return Refusal(
        Code.STORAGE_FULL,
        "The server is short of disk space and stores nothing new until there is more.",
        retry_after=retry_after,
    )
