"""What a unit changes in the programs that wait to be let in."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import devices
from chatd.engine.unit import Change
from chatd.store.work import Work


def create_device(work: Work, change: devices.CreateDevice) -> None:
    work.database.run("delete from device_codes where expires <= :at", {"at": change.at})
    counted = work.database.row(
        "select count(*), coalesce(sum(address_group = :group), 0) from device_codes",
        {"group": change.group},
    )
    assert counted is not None
    if counted[0] >= change.most or counted[1] >= change.most_here:
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
            "group": change.group,
            "at": change.at,
            "expires": change.expires,
        },
    )


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
