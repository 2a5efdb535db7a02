"""The rows of the table, in the order in which they are measured."""

from bench.rows.connects import CONNECTS
from bench.rows.equal import EQUAL
from bench.rows.row import Row

ROWS: tuple[Row, ...] = (EQUAL, CONNECTS)
