"""The rows of the table, in the order in which they are measured."""

from bench.rows.connects import CONNECTS
from bench.rows.equal import EQUAL
from bench.rows.great import GREAT
from bench.rows.idle import IDLE
from bench.rows.memory import MEMORY
from bench.rows.most import MOST, MOST_FEW
from bench.rows.restart import RESTART
from bench.rows.row import Row
from bench.rows.sends import SENDS
from bench.rows.spread import SPREAD

ROWS: tuple[Row, ...] = (
    EQUAL,
    MOST,
    MOST_FEW,
    GREAT,
    IDLE,
    CONNECTS,
    RESTART,
    SENDS,
    SPREAD,
    MEMORY,
)
