"""What chatctl answers about its own installation. See `answers`."""

from chatd.admin.answers_watching import Answer


class Step(Answer, frozen=True):
    """``what`` is done with ``path``: write, keep, link, remove, or run."""

    what: str
    path: str


class Installed(Answer, frozen=True):
    steps: list[Step]
    next: list[str]
    dry_run: bool


class Completion(Answer, frozen=True):
    shell: str
    script: str
