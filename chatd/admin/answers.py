"""What chatctl answers, command by command. docs/chatctl.schema.json is made from these structs.

Times are Unix milliseconds, None if there is none. ``dry_run``: none of it was done.
"""

from typing import Any, Final, Literal

from chatd.admin.answers_backup import (
    Backups,
    MadeBackup,
    Pruned,
    Restored,
    VerifiedBackup,
)
from chatd.admin.answers_installing import Completion, Installed
from chatd.admin.answers_watching import Answer, Figures, Frame, Trace


class Link(Answer, frozen=True):
    link: str
    expires: int


# ---- accounts ---------------------------------------------------------------------------------


class Account(Answer, frozen=True):
    user: str
    name: str


class AddedUser(Account, frozen=True):
    kind: str
    admin: bool


class User(Account, frozen=True):
    kind: str
    admin: bool
    disabled: bool
    created: int


class NewPassword(Account, frozen=True):
    """``ended``: sessions and tokens; ``connections``: those closed with them."""

    ended: int
    connections: int
    dry_run: bool


class DeletedUser(Account, frozen=True):
    """``rooms``: those it leaves; ``messages``: its own, erased only with ``erase``."""

    erase: bool
    ended: int
    connections: int
    rooms: int
    messages: int
    dry_run: bool


class DisabledUser(Account, frozen=True):
    """``invitations``: open ones by this person, which end."""

    disabled: bool
    ended: int
    connections: int
    invitations: int
    dry_run: bool


class Administrator(Account, frozen=True):
    admin: bool
    invitations: int
    dry_run: bool


class Factor(Answer, frozen=True):
    factor: str
    name: str
    created: int | None
    seen: int | None


class ResetFactors(Account, frozen=True):
    app: bool
    passkeys: int
    recovery_codes: int
    ended: int
    connections: int
    dry_run: bool


class Resealed(Answer, frozen=True):
    """Seeds of one-time codes: sealed with the old key; with neither key; sealed again."""

    old: int
    lost: int
    sealed_anew: int


# ---- what lets people in ----------------------------------------------------------------------


class Invitation(Link, frozen=True):
    id: str
    uses: int


class OpenInvitation(Answer, frozen=True):
    """``by``: a user name, None for chatctl. ``setup``: it makes the first administrator."""

    id: str
    by: str | None
    setup: bool
    created: int
    expires: int
    uses_left: int


class WithdrawnInvitation(Answer, frozen=True):
    id: str
    by: str | None
    uses_left: int
    dry_run: bool


class Token(Answer, frozen=True):
    id: str
    token: str
    expires: int | None
    scopes: str | None


class Credential(Answer, frozen=True):
    id: str
    kind: str
    label: str
    address: str
    created: int
    seen: int
    expires: int | None
    scopes: str


class Ended(Account, frozen=True):
    ids: list[str]
    connections: int
    dry_run: bool


class Blocked(Answer, frozen=True):
    """``connections``: those from there that were closed, or with ``dry_run`` would be."""

    network: str
    expires: int | None
    connections: int
    dry_run: bool


class Network(Answer, frozen=True):
    network: str


class Block(Network, frozen=True):
    created: int
    expires: int | None
    reason: str


# ---- keys and providers -----------------------------------------------------------------------


class NewKey(Answer, frozen=True):
    """Its secret is only in ``file``."""

    kid: str
    file: str
    issuer: str
    audience: str


class Key(Answer, frozen=True):
    """``wrong``: why the file cannot be used, None if it can."""

    kid: str
    alg: str | None
    iss: str
    wrong: str | None


class RemovedKey(Answer, frozen=True):
    kid: str
    file: str
    dry_run: bool


class Check(Answer, frozen=True):
    name: str
    passed: bool
    says: str


class DebuggedToken(Answer, frozen=True):
    taken: bool
    header: dict[str, Any] | None
    claims: dict[str, Any] | None
    checks: list[Check]


class ProviderRow(Answer, frozen=True):
    name: str
    label: str
    issuer: str
    client_id: str
    confidential: bool
    create_users: bool
    redirect_uri: str


class CheckedProvider(Answer, frozen=True):
    """What has to be registered there, and what was found."""

    name: str
    issuer: str
    redirect_uri: str
    backchannel_logout_uri: str
    post_logout_redirect_uri: str
    passed: bool
    checks: list[Check]


# ---- the server -------------------------------------------------------------------------------


class Configured(Answer, frozen=True):
    config: str
    notes: list[str]


class Checked(Answer, frozen=True):
    """``wrong``: a sentence each."""

    path: str
    wrong: list[str]


class SettingRow(Answer, frozen=True):
    section: str
    name: str
    type: str
    default: Any
    unit: str
    meaning: str
    reload: bool


class SettingChange(Answer, frozen=True):
    """``before`` and ``after`` are None if they are not shown: a file's content, or what may hold a
    secret. ``reload``: whether a reload is enough; otherwise it waits for a start."""

    setting: str
    before: Any
    after: Any
    reload: bool


class Reloaded(Answer, frozen=True):
    config: str
    changes: list[SettingChange]
    dry_run: bool


class Status(Answer, frozen=True):
    position: int
    registration: str
    connections: int
    opened: int
    accepted: int
    handshakes: int
    resumed: int
    refused: int
    search: str
    files: str
    webhook: str
    push: str
    pid: int


# ---- what leaves by itself --------------------------------------------------------------------


class Pinged(Answer, frozen=True):
    id: str
    status: int
    milliseconds: int


class Follower(Answer, frozen=True):
    follower: str
    position: int
    behind: int
    paused: bool
    taken: int
    skipped: int
    failures: int
    last: str


class Mailed(Answer, frozen=True):
    sent: str


# ---- looking ----------------------------------------------------------------------------------


class FindingRow(Answer, frozen=True):
    name: str
    about: str
    grade: Literal["ok", "note", "warning", "fault"]
    what: str
    why: str
    do: str


class Findings(Answer, frozen=True):
    url: str
    findings: list[FindingRow]


#: By the command's words.
ANSWERS: Final[dict[str, Any]] = {
    "quickstart": Configured,
    "setup": Configured,
    "check": Checked,
    "verify": Checked,
    "settings": list[SettingRow],
    "reload": Reloaded,
    "status": Status,
    "install-service": Installed,
    "completion": Completion,
    "user add": AddedUser,
    "user list": list[User],
    "user password": NewPassword,
    "user reset": Link,
    "user factors": list[Factor],
    "user reset-factors": ResetFactors,
    "user disable": DisabledUser,
    "user enable": DisabledUser,
    "user admin": Administrator,
    "user delete": DeletedUser,
    "session list": list[Credential],
    "session end": Ended,
    "token create": Token,
    "token list": list[Credential],
    "token end": Ended,
    "token-key add": NewKey,
    "token-key list": list[Key],
    "token-key remove": RemovedKey,
    "token-debug": DebuggedToken,
    "provider list": list[ProviderRow],
    "provider check": list[CheckedProvider],
    "address block": Blocked,
    "address unblock": Network,
    "address list": list[Block],
    "invite": Invitation,
    "invitation create": Invitation,
    "invitation list": list[OpenInvitation],
    "invitation withdraw": WithdrawnInvitation,
    "setup-link": Link,
    "reseal": Resealed,
    "webhook test": Pinged,
    "webhook status": list[Follower],
    "mail test": Mailed,
    "backup create": MadeBackup,
    "backup verify": VerifiedBackup,
    "backup restore": Restored,
    "backup list": Backups,
    "backup prune": Pruned,
    "doctor": Findings,
    "top": Figures,
    "trace": Trace,
    "tap": Frame,
}
