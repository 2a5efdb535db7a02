"""Handing units over, for stores of tests that know only how to commit one."""

from chatd.engine.ports import Place
from chatd.engine.rows import Committed
from tests.fakes.drive import Promise, drive


def keep(commit: Promise[Committed], place: Place) -> None:
    """``place`` gets what ``commit`` ends with, a commit of its own."""

    async def wait() -> None:
        outcome: Committed | Exception
        try:
            outcome = await commit
        except Exception as failure:
            outcome = failure
        if (after := place.keep(outcome)) is not None:
            after()

    drive(wait())
