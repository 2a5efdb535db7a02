"""What the calls of the API work with, handed in by whoever builds the edge."""

from dataclasses import dataclass
from typing import Protocol

from chatd.auth.credentials import Credentials
from chatd.auth.login import Passwords
from chatd.auth.tickets import Tickets
from chatd.edge.connections import Ended
from chatd.edge.guard import Guard
from chatd.edge.journal import Journal
from chatd.engine.engine import Engine
from chatd.engine.executor import Executor
from chatd.engine.ports import Clock, Random, Store
from chatd.engine.view import Presence
from chatd.session.budgets import UserBudgets


class Company(Protocol):
    """The part of the hub for how people show, and their new names."""

    def shows(self, user: str) -> Presence: ...
    def renamed(self, user: str, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Chat:
    """What is said and who says it: the service hands it to the edge for the API."""

    engine: Engine
    budgets: UserBudgets
    company: Company


@dataclass(frozen=True, slots=True)
class Desk:
    """``ended`` closes connections of credentials that have ended."""

    chat: Chat
    executor: Executor
    guard: Guard
    credentials: Credentials
    tickets: Tickets
    passwords: Passwords
    clock: Clock
    random: Random
    ended: Ended
    journal: Journal

    @property
    def store(self) -> Store:
        return self.chat.engine.store
