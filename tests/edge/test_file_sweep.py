"""What is left of files goes: unused ones, bodies of erased messages, bodies without a row."""

import fcntl
import os

import pytest
import pytest_twisted
from test_api_files import PICTURE, bring, on_disk, token, turn
from twisted.internet.defer import Deferred

from chatd.chores.file_sweep import EVERY, LOOKS, FileSweep
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.files import SayWithFiles
from chatd.engine.unit import Append, CreateRoom, ReplaceBody, SetMember, Unit
from chatd.parts import ReactorScheduler
from chatd.store import file_bodies
from chatd.store.copying import COPYING_FILES
from chatd.store.space import Floor, Space

DAY = 24 * 3600.0


@pytest.fixture
def rig(filed):
    return filed


class Sweeper:
    """A sweep whose looks are waited for."""

    def __init__(self, rig):
        self.doing = None
        self._rig = rig
        scheduler = ReactorScheduler(rig.clock)
        self._sweep = FileSweep(rig.store, rig.bodies, rig.wall, scheduler, self._drive)

    def _drive(self, coroutine):
        self.doing = Deferred.fromCoroutine(coroutine)

    async def look(self, after=EVERY):
        if self.doing is None:
            self._sweep.start()
        else:
            self._rig.clock.advance(after)
        await self.doing

    def stop(self):
        self._sweep.stop()


@pytest.fixture
def sweeper(rig):
    made = Sweeper(rig)
    yield made
    made.stop()


async def said(rig, *files):
    """A room, and a message of alice's in it that carries the files."""
    user, now = "u" + "alice".rjust(11, "0"), rig.wall.wall()
    append = Append("r1", "message", user, now, b"", numbered=True)
    room = CreateRoom("r1", "private", "Tea", None, "", user, now, True)
    joined = Append("r1", "membership", user, now, b"{}", subject=user)
    changes = (room, joined, SetMember("r1", user, "owner"))
    say = SayWithFiles(append, files, lambda rows: b'{"text":"look"}')
    return (await rig.store.commit(Unit(user, changes=(*changes, say)))).answer.seq


@pytest_twisted.ensureDeferred
async def test_what_nobody_sent_for_a_day_goes(rig, sweeper):
    who = await token(rig)
    used, unused = [(await bring(rig, PICTURE, **who)).json["file"] for _ in range(2)]
    await said(rig, used)
    await sweeper.look()
    assert on_disk(rig)[0] == sorted([used, unused])
    await sweeper.look(DAY + 1)
    assert on_disk(rig)[0] == [used]
    assert (await rig.call("GET", f"/files/{unused}", **who)).status == 404
    assert (await rig.call("GET", f"/files/{used}", **who)).body == PICTURE
    # When the token was used is written down in between.
    rig.clock.advance(5)
    await turn()


@pytest_twisted.ensureDeferred
async def test_the_body_of_an_erased_message_goes_but_not_while_a_backup_is_made(rig, sweeper):
    file = (await bring(rig, PICTURE, **await token(rig))).json["file"]
    seq = await said(rig, file)
    await rig.store.commit(Unit("", changes=(ReplaceBody("r1", seq, b"{}", deleted=True),)))
    with open(rig.bodies.folder.parent / COPYING_FILES, "w") as copying:
        fcntl.flock(copying, fcntl.LOCK_SH)
        await sweeper.look()
        assert on_disk(rig)[0] == [file]
    await sweeper.look()
    assert on_disk(rig)[0] == []
    assert await rig.store.bodies_to_remove(10) == ()


@pytest_twisted.ensureDeferred
async def test_what_keeps_one_step_from_it_keeps_none_of_the_others(rig, sweeper):
    file = (await bring(rig, PICTURE, **await token(rig))).json["file"]
    seq = await said(rig, file)
    await rig.store.commit(Unit("", changes=(ReplaceBody("r1", seq, b"{}", deleted=True),)))

    async def refused(*asked):
        raise Refusal(Code.UNAVAILABLE, "Not now.")

    rig.store.unused_files = refused
    await sweeper.look()
    assert on_disk(rig)[0] == []


@pytest_twisted.ensureDeferred
async def test_bodies_go_and_unused_files_too_while_the_disk_is_short(rig, sweeper):
    who = await token(rig)
    used, _ = [(await bring(rig, PICTURE, **who)).json["file"] for _ in range(2)]
    seq = await said(rig, used)
    rig.store._writer._space = Space(Floor(1, 0), lambda: (0, 1), rig.clock.seconds)
    await rig.store.commit(Unit("", changes=(ReplaceBody("r1", seq, b"{}", deleted=True),)))
    await sweeper.look()
    await sweeper.look(DAY + 1)
    assert on_disk(rig)[0] == []
    assert await rig.store.bodies_to_remove(10) == ()
    # When the token was used is written down in between.
    rig.clock.advance(5)
    await turn()


@pytest_twisted.ensureDeferred
async def test_a_body_whose_row_never_came_goes_after_an_hour(rig, sweeper):
    """As where the daemon is killed between the two, or the store cannot say what became of it."""
    who = await token(rig)
    kept = (await bring(rig, PICTURE, **who)).json["file"]
    commit, there = rig.store.commit, []

    async def lost(unit):
        there.extend(on_disk(rig)[0])
        raise Refusal(Code.UNAVAILABLE, "Nobody knows.")

    rig.store.commit = lost
    assert (await bring(rig, PICTURE, **who)).status == 503
    rig.store.commit = commit
    [orphan] = set(on_disk(rig)[0]) - {kept}
    # The body was there before the row was to be.
    assert orphan in there
    hours = rig.wall.wall() / 1000 - 3600
    for file, age in ((orphan, 60), (kept, -600)):
        os.utime(rig.bodies.path(file), (hours + age, hours + age))
    await sweeper.look()
    assert orphan in on_disk(rig)[0]
    os.utime(rig.bodies.path(orphan), (hours - 600, hours - 600))
    for _ in range(LOOKS):
        await sweeper.look()
    assert on_disk(rig)[0] == [kept]


@pytest_twisted.ensureDeferred
async def test_a_body_and_its_name_are_on_disk_before_its_row_is_asked_for(rig, monkeypatch):
    who, done, commit = await token(rig), [], rig.store.commit
    fsync, rename = os.fsync, os.rename

    def synced(descriptor):
        done.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    monkeypatch.setattr(file_bodies.os, "fsync", synced)
    monkeypatch.setattr(
        file_bodies.os, "rename", lambda *names: (done.append("rename"), rename(*names))
    )

    def committed(unit):
        done.append("commit")
        return commit(unit)

    rig.store.commit = committed
    file = (await bring(rig, PICTURE, **who)).json["file"]
    assert done == [file, "files", "rename", file[1:3], "commit"]


@pytest_twisted.ensureDeferred
async def test_what_was_under_way_when_the_daemon_ended_goes_at_the_next_start(rig):
    left = rig.bodies.folder / "incoming" / ("f" + "0" * 26)
    left.write_bytes(b"half of it")
    rig.bodies.prepare()
    assert on_disk(rig) == ([], [])
    await turn()
