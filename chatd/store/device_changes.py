"""What a unit changes in the programs that wait to be let in."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import devices
from chatd.engine.unit import Change
from chatd.store.work import Work

#: An `address_group` is the network, a blank, and the group of addresses in it.
_NETWORK: Final = "substr(address_group, 1, instr(address_group, ' ') - 1)"
_WAITING: Final = f"select {_NETWORK}, count(*) from device_codes where person is null"  # noqa: S608


def create_device(work: Work, change: devices.CreateDevice) -> None:
    work.database.run("delete from device_codes where expires <= :at", {"at": change.at})
    group = f"{change.network} {change.group}"
    counted = work.database.row(
        "select count(*), coalesce(sum(address_group = :group), 0) from device_codes",
        {"group": group},
    )
    assert counted is not None
    full = counted[0] >= change.most
    if counted[1] >= change.most_here or (full and not _made_room(work, change.network)):
        raise Refusal(
            Code.LIMIT_REACHED,
            "Too many programs wait to be let in; answer those, or wait ten minutes.",
        )
    work.database.run(
        """
        insert into device_codes
            (digest, user_digest, label, address, address_group, created, expires)
        values (:digest, :user_digest, :label, :address, :group, :at, :expires)
        """,
        {
            "digest": change.digest,
            "user_digest": change.user_digest,
            "label": change.label,
            "address": change.address,
            "group": group,
            "at": change.at,
            "expires": change.expires,
        },
    )


def _made_room(work: Work, network: str) -> bool:
    """Whether the oldest of the network of which the most wait has gone: where these are more than
    twice as many as of ``network``, so that nobody pushes out without end."""
    most = work.database.row(f"{_WAITING} group by 1 order by 2 desc, min(created) limit 1", {})
    own = work.database.row(f"{_WAITING} and {_NETWORK} = :own", {"own": network})
    if most is None or own is None or own[1] * 2 >= most[1]:
        return False
    work.database.run(
        f"""
        delete from device_codes where digest = (
            select digest from device_codes where person is null and {_NETWORK} = :network
            order by created, digest limit 1)
        """,  # noqa: S608 (a literal)
        {"network": most[0]},
    )
    return True


def answer_device(work: Work, change: devices.AnswerDevice) -> None:
    answered = work.database.row(
        """
        update device_codes set person = :person, refused = :refused
        where user_digest = :user_digest and expires > :now and person is null
        returning 1
        """,
        {
            "user_digest": change.user_digest,
            "person": change.person,
            "refused": int(not change.allow),
            "now": change.now,
        },
    )
    if answered is None:
        raise gone()


def take_device(work: Work, change: devices.TakeDevice) -> None:
    taken = work.database.row(
        """
        delete from device_codes
        where digest = :digest and expires > :now and person is not null and refused = 0
        returning 1
        """,
        {"digest": change.digest, "now": change.now},
    )
    if taken is None:
        raise gone()


def gone() -> Refusal:
    return Refusal(
        Code.GONE, "This code was used already, is too old or not one of ours; start again."
    )


DEVICE_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    devices.CreateDevice: create_device,
    devices.AnswerDevice: answer_device,
    devices.TakeDevice: take_device,
}
