"""What the office answered, in words and tables for people."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from chatd.admin import answers
from chatd.admin.shown import day, moment, pairs, paragraph, plain, some, table, yes

Lines = Iterator[str]


def _did(dry_run: bool, did: str, would: str) -> str:
    return would if dry_run else did


def _ends(ended: int, connections: int) -> str:
    return (
        f"{some(ended, 'session or token', 'sessions or tokens')} and"
        f" {some(connections, 'connection')}"
    )


def _told(dry_run: bool, text: str) -> Lines:
    yield from paragraph(text + (" Nothing was changed." if dry_run else ""))


def added(done: answers.AddedUser) -> Lines:
    kind = "administrator" if done.admin else "bot" if done.kind == "bot" else "account"
    yield f"Created {kind} {plain(done.name)} ({done.user})."


def users(done: Sequence[answers.User]) -> Lines:
    yield from table(
        ("NAME", "ROLE", "STATE", "CREATED", "ID"),
        [
            (
                row.name,
                "admin" if row.admin else row.kind,
                "disabled" if row.disabled else "-",
                day(row.created),
                row.user,
            )
            for row in done
        ],
    )


def new_password(done: answers.NewPassword) -> Lines:
    yield from _told(
        done.dry_run,
        f"{_did(done.dry_run, 'A new password for', 'Would set a new password for')} {done.name}:"
        f" {_ends(done.ended, done.connections)} {_did(done.dry_run, 'ended', 'would end')}.",
    )


def deleted(done: answers.DeletedUser) -> Lines:
    verb = _did(done.dry_run, "Deleted", "Would delete")
    text = (
        f"{verb} {done.name} ({done.user}) for good: {_ends(done.ended, done.connections)} end,"
        f" it leaves {some(done.rooms, 'room')}, {some(done.messages, 'message')} "
    )
    if done.erase:
        text += "are erased." if done.messages != 1 else "is erased."
    else:
        text += "of it stay (--erase takes them, too)."
    if not done.dry_run:
        text += " A large account takes a while; the daemon goes on with it after a restart."
    yield from _told(done.dry_run, text)


def disabled(done: answers.DisabledUser) -> Lines:
    if not done.disabled:
        yield f"{plain(done.name)} may come in again."
        return
    verb = _did(done.dry_run, "Shut out", "Would shut out")
    yield from _told(
        done.dry_run,
        f"{verb} {done.name}: {_ends(done.ended, done.connections)} end, and"
        f" {some(done.invitations, 'open invitation')} by them.",
    )


def administrator(done: answers.Administrator) -> Lines:
    if done.admin:
        yield f"{plain(done.name)} is an administrator now."
        return
    text = f"{done.name} {_did(done.dry_run, 'is', 'would be')} no administrator any more"
    yield from _told(
        done.dry_run, f"{text}; {some(done.invitations, 'open invitation')} by them end."
    )


def factors(done: Sequence[answers.Factor]) -> Lines:
    head = ("FACTOR", "NAME", "CREATED", "LAST USED")
    yield from table(
        head, [(row.factor, row.name, day(row.created), moment(row.seen)) for row in done]
    )


def reset_factors(done: answers.ResetFactors) -> Lines:
    held = [
        *(["the authenticator app"] if done.app else []),
        *([some(done.passkeys, "passkey")] if done.passkeys else []),
        *([some(done.recovery_codes, "recovery code")] if done.recovery_codes else []),
    ]
    verb = _did(done.dry_run, "Took", "Would take")
    yield from _told(
        done.dry_run,
        f"{verb} away from {done.name}: {', '.join(held) or 'nothing, there is none'};"
        f" {_ends(done.ended, done.connections)} end."
        + ("" if done.dry_run else " The password alone is enough now."),
    )


def resealed(done: answers.Resealed) -> Lines:
    yield f"{some(done.old, 'seed')} sealed with the old key; {done.sealed_anew} sealed anew."
    if done.lost:
        yield from paragraph(
            f"{some(done.lost, 'seed')} can be opened with neither key: those people have to sign"
            " in with a recovery code, or `chatctl user reset-factors NAME`."
        )


def credentials(done: Sequence[answers.Credential]) -> Lines:
    head = ("ID", "KIND", "CREATED", "LAST USED", "ENDS")
    yield from table(
        head,
        [
            (row.id, row.kind, day(row.created), moment(row.seen), day(row.expires, "never"))
            for row in done
        ],
        [_credential(row) for row in done],
    )


def _credential(row: answers.Credential) -> str:
    what = [row.label or "no label"]
    if row.address:
        what.append(f"from {row.address}")
    if row.kind == "token" or row.scopes != "all":
        what.append("may do all" if row.scopes == "all" else f"may {row.scopes}")
    return ", ".join(what)


def ended(done: answers.Ended) -> Lines:
    verb = _did(done.dry_run, "Ended", "Would end")
    yield from _told(
        done.dry_run,
        f"{verb} {_ends(len(done.ids), done.connections)} of {done.name}"
        + (f": {', '.join(done.ids)}." if done.ids else "."),
    )


def invitations(done: Sequence[answers.OpenInvitation]) -> Lines:
    head = ("ID", "BY", "FOR", "CREATED", "ENDS")
    yield from table(
        head,
        [
            (
                row.id,
                row.by or "chatctl",
                "first administrator" if row.setup else some(row.uses_left, "person", "people"),
                day(row.created),
                moment(row.expires),
            )
            for row in done
        ],
    )


def withdrawn(done: answers.WithdrawnInvitation) -> Lines:
    verb = _did(done.dry_run, "Withdrew", "Would withdraw")
    yield from _told(
        done.dry_run,
        f"{verb} the invitation {done.id} by {done.by or 'chatctl'}, good for"
        f" {some(done.uses_left, 'more person', 'more people')}. Who came by it stays.",
    )


def blocked(done: answers.Blocked) -> Lines:
    until = "for good" if done.expires is None else f"until {moment(done.expires)}"
    verb = _did(done.dry_run, "Blocked", "Would block")
    yield from _told(
        done.dry_run, f"{verb} {done.network} {until}: {some(done.connections, 'connection')} end."
    )


def unblocked(done: answers.Network) -> Lines:
    yield f"{plain(done.network)} may come again."


def blocks(done: Sequence[answers.Block]) -> Lines:
    yield from table(
        ("NETWORK", "SINCE", "UNTIL"),
        [(row.network, moment(row.created), moment(row.expires, "for good")) for row in done],
        [row.reason for row in done],
    )


def status(done: answers.Status) -> Lines:
    yield from pairs(
        [(name, str(getattr(done, name))) for name in answers.Status.__struct_fields__]
    )


def pinged(done: answers.Pinged) -> Lines:
    yield f"The receiver took {done.id}: status {done.status}, after {done.milliseconds} ms."


def followers(done: Sequence[answers.Follower]) -> Lines:
    head = ("FOLLOWER", "AT", "BEHIND", "PAUSED", "TAKEN", "GIVEN UP", "FAILED IN A ROW")
    yield from table(
        head,
        [
            (
                row.follower,
                str(row.position),
                str(row.behind),
                yes(row.paused),
                str(row.taken),
                str(row.skipped),
                str(row.failures),
            )
            for row in done
        ],
        [f"last: {row.last}" for row in done],
    )


def mailed(done: answers.Mailed) -> Lines:
    yield f"The mail server took a mail to {plain(done.sent)}."


def reloaded(done: answers.Reloaded) -> Lines:
    now = [each for each in done.changes if each.reload]
    later = [each for each in done.changes if not each.reload]
    if not done.changes:
        what = "would change nothing" if done.dry_run else "was read again; nothing is another"
        yield f"{plain(done.config)} {what}."
        return
    if now:
        yield "A reload would change:" if done.dry_run else "Changed, for all who are connected:"
        yield from _changes(now)
    if later:
        yield "A start would change (systemctl restart chatd):"
        yield from _changes(later)


def _changes(changes: Sequence[answers.SettingChange]) -> Lines:
    yield from pairs([(each.setting, _change(each)) for each in changes], indent="  ")


def _change(each: answers.SettingChange) -> str:
    if each.before is None and each.after is None:
        return "is another (not shown)"
    return f"{_value(each.before)} -> {_value(each.after)}"


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


#: By the command's words; a link or a token stands alone on its line: see `performing`.
SHOWN: Final[dict[str, Callable[[Any], Lines]]] = {
    "user add": added,
    "user list": users,
    "user password": new_password,
    "user delete": deleted,
    "user disable": disabled,
    "user enable": disabled,
    "user admin": administrator,
    "user factors": factors,
    "user reset-factors": reset_factors,
    "reseal": resealed,
    "session list": credentials,
    "session end": ended,
    "token list": credentials,
    "token end": ended,
    "invitation list": invitations,
    "invitation withdraw": withdrawn,
    "address block": blocked,
    "address unblock": unblocked,
    "address list": blocks,
    "status": status,
    "webhook test": pinged,
    "webhook status": followers,
    "mail test": mailed,
    "reload": reloaded,
}
