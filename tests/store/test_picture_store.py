"""Pictures: of too many of one person, the oldest that nobody shows goes."""

from chatd.core.codes import Code
from chatd.engine.pictures import CreatePicture
from chatd.engine.unit import ChangeRoom
from chatd.store.picture_store import picture
from tests.store.desk import NOW, Desk


def bring(id: str, at: int, user: str = "alice", most: int = 3) -> CreatePicture:
    return CreatePicture(id, user, "image/png", at, id.encode(), most)


def there(desk: Desk) -> list[str]:
    return [row[0] for row in desk.database.rows("select id from pictures order by id", {})]


def test_a_picture_is_kept_as_it_came(desk: Desk) -> None:
    desk.do(bring("p1", NOW))
    row = picture(desk.database, "p1")
    assert row is not None and (row.type, row.bytes) == ("image/png", b"p1")
    assert picture(desk.database, "p2") is None


def test_the_oldest_that_nobody_shows_goes(desk: Desk) -> None:
    desk.room("tea")
    desk.do(*(bring(f"p{n}", NOW + n) for n in range(3)), bring("bobs", 0, "bob"))
    desk.do(ChangeRoom("tea", avatar="p0"))
    desk.database.run("update users set avatar = 'p1' where id = 'alice'", {})
    desk.do(bring("p3", NOW + 3))
    assert there(desk) == ["bobs", "p0", "p1", "p3"]


def test_where_all_are_shown_none_goes(desk: Desk) -> None:
    for n in range(3):
        desk.room(f"tea{n}")
        desk.do(bring(f"p{n}", NOW), ChangeRoom(f"tea{n}", avatar=f"p{n}"))
    assert desk.code(changes=(bring("p3", NOW),)) is Code.LIMIT_REACHED
    assert there(desk) == ["p0", "p1", "p2"]
