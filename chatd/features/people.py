"""People: look someone up, block someone."""

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.rows import PersonRow
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import SetBlock, Unit, UserExists
from chatd.engine.view import View
from chatd.wire.frames import Command, Keyed, Reply, UserRef


class GetPerson(Command, frozen=True, kw_only=True, tag="person"):
    """Who is behind an id or an "@name"."""

    user: UserRef


class Block(Keyed, frozen=True, kw_only=True, tag="block"):
    """Neither of the two can write to the other directly or add the other to a room."""

    user: UserRef


class Unblock(Keyed, frozen=True, kw_only=True, tag="unblock"):
    """Takes a block back."""

    user: UserRef


class ListBlocked(Command, frozen=True, kw_only=True, tag="blocked"):
    """Whom one has blocked."""


class PersonShape(msgspec.Struct, frozen=True, kw_only=True):
    user: str
    name: str
    display: str


class Person(Reply, frozen=True, kw_only=True, tag="person"):
    person: PersonShape


class People(Reply, frozen=True, kw_only=True, tag="people"):
    people: list[PersonShape]


def _shape(row: PersonRow) -> PersonShape:
    return PersonShape(user=row.id, name=row.name, display=row.display)


async def person(command: GetPerson, actor: Principal, context: Context, view: View) -> Person:
    return Person(id=command.id, person=_shape(await context.store.person(command.user)))


async def blocked(command: ListBlocked, actor: Principal, context: Context, view: View) -> People:
    rows = await context.store.blocked(actor.user)
    return People(id=command.id, people=[_shape(row) for row in rows])


def block(command: Block, actor: Principal, context: Context) -> Unit:
    return _set_block(command.user, True, actor, context)


def unblock(command: Unblock, actor: Principal, context: Context) -> Unit:
    return _set_block(command.user, False, actor, context)


def _set_block(user: str, blocked: bool, actor: Principal, context: Context) -> Unit:
    if user == actor.user:
        raise Refusal(Code.BAD_FIELD, "One cannot block oneself.", field="user")
    return Unit(
        actor.user,
        # A block can be taken back whatever became of the other's account.
        requires=(UserExists(user),) if blocked else (),
        changes=(SetBlock(actor.user, user, blocked, context.now),),
    )


feature = Feature(
    "people",
    rows=(
        Read(GetPerson, person, Person),
        Read(ListBlocked, blocked, People),
        Write(Block, block),
        Write(Unblock, unblock),
    ),
)
