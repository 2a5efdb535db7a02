"""What a unit changes in how far followers of the log have come."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.engine.followers import SetFollower
from chatd.engine.unit import Change
from chatd.store.work import Work


def set_follower(work: Work, change: SetFollower) -> None:
    if change.position is None:
        work.database.run("delete from followers where name = :name", {"name": change.name})
        return
    work.database.run(
        """
        insert into followers (name, position) values (:name, :position)
        on conflict (name) do update set position = :position
        """,
        {"name": change.name, "position": change.position},
    )


FOLLOWER_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {SetFollower: set_follower}
"""Merged into `changes.CHANGES`."""
