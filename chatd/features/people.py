"""People: look someone up, find someone, block someone."""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.core.text import clean_text
from chatd.engine.profiles import FewBlocks
from chatd.engine.rows import ToPerson
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import Requirement, SetBlock, Unit, UserExists
from chatd.engine.view import View
from chatd.features.person_shapes import PersonShape, person_shape
from chatd.wire.frames import Command, Keyed, Reply, Signal, UserRef

#: People on one page of results.
PAGE = 20
#: Longest beginning of a name to look for, in code points.
MOST_QUERY = 64
#: How many people one person may block, so that a list kept in memory is bounded.
MOST_BLOCKED = 1000


class GetPerson(Command, frozen=True, kw_only=True, tag="person"):
    """Who is behind an id or an "@name"."""

    user: UserRef


class FindPeople(Command, frozen=True, kw_only=True, tag="people"):
    """Those whose user name begins with ``query``, or any word of their display name, by user
    name, starting behind the name ``after``. Whom one finds is for the server to say: all, those
    one shares a room with, or nobody."""

    query: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    after: Annotated[str, msgspec.Meta(max_length=128)] | None = None


class Block(Keyed, frozen=True, kw_only=True, tag="block"):
    """Neither of the two can write to the other directly, add the other to a room, mention the
    other, or see whether the other is there. At most 1000 people."""

    user: UserRef


class Unblock(Keyed, frozen=True, kw_only=True, tag="unblock"):
    """Takes a block back."""

    user: UserRef


class ListBlocked(Command, frozen=True, kw_only=True, tag="blocked"):
    """Whom you have blocked."""


class Person(Reply, frozen=True, kw_only=True, tag="person"):
    person: PersonShape


class People(Reply, frozen=True, kw_only=True, tag="people"):
    people: list[PersonShape]
    more: bool = False


class BlockChanged(Signal, frozen=True, kw_only=True, tag="block_changed"):
    """You have blocked ``user``, or no longer do: sent to your own devices."""

    user: str
    blocked: bool


async def person(command: GetPerson, actor: Principal, context: Context, view: View) -> Person:
    row = await context.store.profile(actor.user, command.user, context.now)
    return Person(id=command.id, person=person_shape(row))


async def find(command: FindPeople, actor: Principal, context: Context, view: View) -> People:
    query = clean_text(command.query.strip(), limit=MOST_QUERY, field="query").removeprefix("@")
    if not query:
        raise Refusal(Code.BAD_FIELD, "Give the beginning of a name.", field="query")
    rows = await context.store.find_people(
        actor.user, query, command.after or "", context.directory, context.now, PAGE + 1
    )
    return People(
        id=command.id,
        people=[person_shape(row) for row in rows[:PAGE]],
        more=len(rows) > PAGE,
    )


async def blocked(command: ListBlocked, actor: Principal, context: Context, view: View) -> People:
    rows = await context.store.blocked(actor.user)
    people = [PersonShape(user=row.id, name=row.name, display=row.display) for row in rows]
    return People(id=command.id, people=people)


def block(command: Block, actor: Principal, context: Context) -> Unit:
    return _set_block(command.user, True, actor, context)


def unblock(command: Unblock, actor: Principal, context: Context) -> Unit:
    return _set_block(command.user, False, actor, context)


def _set_block(user: str, blocked: bool, actor: Principal, context: Context) -> Unit:
    if user == actor.user:
        raise Refusal(Code.BAD_FIELD, "One cannot block oneself.", field="user")
    requires: tuple[Requirement, ...] = (
        UserExists(user),
        FewBlocks(actor.user, user, MOST_BLOCKED),
    )
    return Unit(
        actor.user,
        # A block can be taken back whatever has become of the other's account.
        requires=requires if blocked else (),
        changes=(SetBlock(actor.user, user, blocked, context.now),),
        tells=(ToPerson(actor.user, BlockChanged(user=user, blocked=blocked)),),
    )


feature = Feature(
    "people",
    rows=(
        Read(GetPerson, person, Person),
        Read(FindPeople, find, People, cost=3),
        Read(ListBlocked, blocked, People),
        Write(Block, block),
        Write(Unblock, unblock),
    ),
    said=(BlockChanged,),
)
