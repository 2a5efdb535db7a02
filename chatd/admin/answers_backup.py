"""What chatctl answers about backups. See `answers`."""

from chatd.admin.answers_watching import Answer


class MadeBackup(Answer, frozen=True):
    path: str
    size: int
    kind: str
    moment: int


class VerifiedBackup(Answer, frozen=True):
    path: str
    moment: int | None
    counts: dict[str, int]
    wrong: list[str]


class RestoredFile(Answer, frozen=True):
    """``there``: new, same or other."""

    path: str
    there: str


class Restored(Answer, frozen=True):
    """``aside``: where the earlier store is kept, None if there was none."""

    source: str
    moment: int
    folder: str
    files: list[RestoredFile]
    aside: str | None
    dry_run: bool


class BackupRow(Answer, frozen=True):
    name: str
    moment: int | None
    kind: str | None
    size: int
    events: int | None
    note: str


class Backups(Answer, frozen=True):
    backups: list[BackupRow]
    unfinished: list[str]


class Pruned(Answer, frozen=True):
    removed: list[str]
    dry_run: bool
