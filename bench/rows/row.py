"""A row of the table: what is measured, of whom, and what is asked of chatd."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.measure import Figures
from bench.stage import Stage


@dataclass(frozen=True)
class Figure:
    """One column. `more` where a larger figure is the better one; `load`: the key of the load
    generator's share of its core meanwhile, where it may have been the limit."""

    key: str
    text: str
    form: str
    more: bool = False
    load: str = ""


@dataclass(frozen=True)
class Goal:
    """chatd's median of the figure `key` against `bound`, or against `factor` times the median of
    the peer `against`: at least as good."""

    key: str
    against: str = ""
    factor: float = 1.0
    bound: float = 0.0


@dataclass(frozen=True)
class Row:
    """`run` measures one server once; `names`: who takes part; `seconds`: about so long for one
    server; `lesser`: the figures that a server may lack."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    names: tuple[str, ...]
    seconds: float
    run: Callable[[Stage, str], Figures]
    goals: tuple[Goal, ...] = ()
