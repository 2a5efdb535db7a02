"""What a unit changes in one-time codes, recovery codes and passkeys."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import factors
from chatd.engine.unit import Change
from chatd.store.work import Work


def set_totp(work: Work, change: factors.SetTotp) -> None:
    made = work.database.row(
        """
        insert into totp (person, sealed, at) values (:user, :sealed, :at)
        on conflict (person) do update set sealed = :sealed, at = :at, step = 0
        where confirmed = 0 returning 1
        """,
        {"user": change.user, "sealed": change.sealed, "at": change.at},
    )
    if made is None:
        raise Refusal(Code.EXISTS, "An authenticator app is set up already; remove that one first.")


def use_totp(work: Work, change: factors.UseTotp) -> None:
    used = work.database.row(
        """
        update totp set step = :step, confirmed = 1, sealed = coalesce(:sealed, sealed)
        where person = :user and step < :step and confirmed <> :confirm returning 1
        """,
        {
            "user": change.user,
            "step": change.step,
            "confirm": int(change.confirm),
            "sealed": change.sealed,
        },
    )
    if used is None:
        raise Refusal(
            Code.UNAUTHORIZED, "The code is wrong or was used already; wait for the next one."
        )


def reseal_totp(work: Work, change: factors.ResealTotp) -> None:
    work.database.run(
        "update totp set sealed = :after where person = :user and sealed = :before",
        {"user": change.user, "before": change.before, "after": change.after},
    )


def remove_totp(work: Work, change: factors.RemoveTotp) -> None:
    work.database.run("delete from totp where person = :user", {"user": change.user})
    _forget_codes(work, change.user)


def set_recovery_codes(work: Work, change: factors.SetRecoveryCodes) -> None:
    work.database.run("delete from recovery_codes where person = :user", {"user": change.user})
    for digest in change.digests:
        work.database.run(
            "insert into recovery_codes (person, digest, at) values (:user, :digest, :at)",
            {"user": change.user, "digest": digest, "at": change.at},
        )


def use_recovery_code(work: Work, change: factors.UseRecoveryCode) -> None:
    used = work.database.row(
        "delete from recovery_codes where person = :user and digest = :digest returning 1",
        {"user": change.user, "digest": change.digest},
    )
    if used is None:
        raise Refusal(Code.UNAUTHORIZED, "The recovery code is wrong or was used already.")


def add_passkey(work: Work, change: factors.AddPasskey) -> None:
    row = change.row
    held = work.database.row(
        "select count(*) from passkeys where person = :user", {"user": row.person}
    )
    assert held is not None
    if held[0] >= change.most:
        raise Refusal(
            Code.LIMIT_REACHED, f"You have {change.most} passkeys; remove one of them first."
        )
    made = work.database.row(
        """
        insert into passkeys (id, person, name, key, count, created)
        values (:id, :user, :name, :key, :count, :created)
        on conflict (id) do nothing returning 1
        """,
        {
            "id": row.id,
            "user": row.person,
            "name": row.name,
            "key": row.key,
            "count": row.count,
            "created": row.created,
        },
    )
    if made is None:
        raise Refusal(Code.EXISTS, "This passkey is known here already.")


def use_passkey(work: Work, change: factors.UsePasskey) -> None:
    used = work.database.row(
        """
        update passkeys set count = :count, seen = :at
        where id = :id and person = :user and (count < :count or (count = 0 and :count = 0))
        returning 1
        """,
        {"id": change.id, "user": change.user, "count": change.count, "at": change.at},
    )
    if used is None:
        raise Refusal(
            Code.UNAUTHORIZED,
            "This passkey was removed, or is a copy of one that was used meanwhile.",
        )


def rename_passkey(work: Work, change: factors.RenamePasskey) -> None:
    renamed = work.database.row(
        "update passkeys set name = :name where id = :id and person = :user returning 1",
        {"name": change.name, "id": change.id, "user": change.user},
    )
    if renamed is None:
        raise _no_passkey()


def remove_passkey(work: Work, change: factors.RemovePasskey) -> None:
    removed = work.database.row(
        "delete from passkeys where id = :id and person = :user returning 1",
        {"id": change.id, "user": change.user},
    )
    if removed is None:
        raise _no_passkey()
    _forget_codes(work, change.user)


def remove_factors(work: Work, change: factors.RemoveFactors) -> None:
    for table in ("totp", "recovery_codes", "passkeys"):
        work.database.run(
            f"delete from {table} where person = :user",  # noqa: S608 (one of three literals)
            {"user": change.user},
        )


def rehash_password(work: Work, change: factors.RehashPassword) -> None:
    work.database.run(
        "update users set password = :after where id = :user and password = :before",
        {"user": change.user, "before": change.before, "after": change.after},
    )


def _forget_codes(work: Work, user: str) -> None:
    """Recovery codes stand in for something; without it they are useless."""
    work.database.run(
        """
        delete from recovery_codes where person = :user
          and not exists (select 1 from totp where person = :user and confirmed = 1)
          and not exists (select 1 from passkeys where person = :user)
        """,
        {"user": user},
    )


def _no_passkey() -> Refusal:
    return Refusal(Code.NOT_FOUND, "You have no such passkey (any more).", field="passkey")


FACTOR_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    factors.SetTotp: set_totp,
    factors.UseTotp: use_totp,
    factors.ResealTotp: reseal_totp,
    factors.RemoveTotp: remove_totp,
    factors.SetRecoveryCodes: set_recovery_codes,
    factors.UseRecoveryCode: use_recovery_code,
    factors.AddPasskey: add_passkey,
    factors.UsePasskey: use_passkey,
    factors.RenamePasskey: rename_passkey,
    factors.RemovePasskey: remove_passkey,
    factors.RemoveFactors: remove_factors,
    factors.RehashPassword: rehash_password,
}
