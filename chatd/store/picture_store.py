"""Pictures of people and rooms in the store: adding one, and reading it."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import pictures
from chatd.engine.unit import Change
from chatd.store.database import Database
from chatd.store.work import Work


def create_picture(work: Work, change: pictures.CreatePicture) -> None:
    _make_room(work, change.user, change.most)
    counted = work.database.row(
        "select count(*) from pictures where person = :user", {"user": change.user}
    )
    if counted is not None and counted[0] >= change.most:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"{counted[0]} pictures of yours are in use here; take one away first.",
        )
    work.database.run(
        """
        insert into pictures (id, person, type, at, bytes)
        values (:picture, :user, :type, :at, :bytes)
        """,
        {
            "picture": change.picture,
            "user": change.user,
            "type": change.type,
            "at": change.at,
            "bytes": change.bytes,
        },
    )


def _make_room(work: Work, user: str, most: int) -> None:
    """Down to fewer than ``most`` pictures, if enough of them are not shown."""
    counted = work.database.row(
        "select count(*) from pictures where person = :user", {"user": user}
    )
    assert counted is not None
    if counted[0] >= most:
        work.database.run(
            """
            delete from pictures where id in (
                select p.id from pictures p
                where p.person = :user
                  and not exists (select 1 from users u where u.avatar = p.id)
                  and not exists (select 1 from rooms r where r.avatar = p.id)
                order by p.at, p.id limit :surplus)
            """,
            {"user": user, "surplus": counted[0] - most + 1},
        )


def picture(database: Database, picture: str) -> pictures.PictureRow | None:
    row = database.row("select id, type, bytes from pictures where id = :id", {"id": picture})
    return pictures.PictureRow(*row) if row else None


PICTURE_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    pictures.CreatePicture: create_picture,
}
