"""Alice, who asks for something and is put out while it is under way; on the real store."""

from pathlib import Path
from typing import Any

from factors_rig import Person, password
from oidc_rig import World
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread

from chatd import features
from chatd.auth.guests import Hosting
from chatd.edge.api.desk import Chat
from chatd.engine.engine import Engine
from chatd.engine.unit import Change, Unit
from chatd.session.budgets import UserBudgets
from chatd.store.file_bodies import FileBodies
from chatd.store.opening import FILE
from chatd.store.space import Floor
from chatd.store.sqlite import Sqlite
from tests.fakes.clock import FakeClock
from tests.fakes.links import FakeMailer
from tests.fakes.tiny import LIMITS

USER = "u000000alice"
#: What lets somebody in or stays of them.
TABLES = (
    *("users", "credentials", "tickets", "device_codes", "account_links", "invitations", "totp"),
    *("recovery_codes", "passkeys", "identities", "provider_sessions", "spent", "pictures"),
    "files",
)


Body = dict[str, Any] | bytes


class Interrupted:
    """The store; ``meanwhile`` is committed right before the next unit."""

    def __init__(self, store: Any, file: Any) -> None:
        self._store = store
        self._file = file
        self.meanwhile: Unit | None = None
        self.then: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, unit: Unit) -> Any:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await self._store.commit(meanwhile)
            self.then = self.rows()
        return await self._store.commit(unit)

    def rows(self) -> list[Any]:
        database = Sqlite(self._file, writing=False)
        try:
            return [list(database.rows(f"select * from {name}", {})) for name in TABLES]
        finally:
            database.close()


class Scene:
    """Alice, an administrator with a password, signed in."""

    def __init__(
        self, world: World, store: Interrupted, mailer: FakeMailer, person: Person
    ) -> None:
        self.world, self.rig, self.store = world, world.rig, store
        self.mailer, self.person = mailer, person

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.person.post(path, **body)
        assert answer.status < 300, answer.body
        return answer.json

    async def do(self, *changes: Change) -> None:
        await self.store.commit(Unit(USER, changes=changes))

    async def send(self, method: str, path: str, body: Body, kind: str = "image/png") -> Any:
        if isinstance(body, dict):
            json = body if method != "DELETE" else None
            return await self.rig.call(method, path, json, **self.person.proof)
        peer = await self.rig.peer()
        headers = {
            **self.person.proof,
            "Content_Type": kind,
            "Content_Length": str(len(body)),
            "Content_Disposition": "attachment; filename*=UTF-8''x.png",
        }
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = [f"{method} {path} HTTP/1.1", "Host: chat.example.org", *lines, "", ""]
        peer.send("\r\n".join(head).encode() + body)
        return await peer.response()


async def scene_of(store: Any, state: Path) -> Scene:
    """She and another administrator, at a site with all there is: providers, guests, files, mail,
    the API."""
    interrupted, mailer = Interrupted(store, state / FILE), FakeMailer()
    bodies = FileBodies(state, deferToThread, Floor(0, 0), Clock().seconds)
    bodies.prepare()
    engine = Engine(
        *(features.ALL, interrupted, FakeClock(), lambda count: b"\7" * count, LIMITS, print),  # type: ignore[arg-type]
    )
    world = World(
        interrupted,
        mailer=mailer,
        bodies=bodies,
        chat=Chat(engine, UserBudgets(LIMITS), None),  # type: ignore[arg-type]
        hosting=Hosting((), 9),
        registration="open",
    )
    await world.rig.person("other", admin=True)
    await world.rig.person("alice", admin=True)
    person = Person(world.rig, await password(world.rig))
    return Scene(world, interrupted, mailer, person)
