"""The tables of the bench: medians, spreads, goals."""

from bench import report
from bench.rows.row import Figure, Goal, Row
from bench.run import Outcome

ROW = Row(
    "pace",
    "Pace of {crowd:,}",
    (Figure("ms", "light: p50, ms", ".1f"), Figure("most", "most/s", ",.0f", True, "load")),
    ("chatd", "floor", "ws"),
    1,
    lambda stage, name: {},
    (Goal("ms", "floor", 1.5), Goal("most", "ws", 4), Goal("most", bound=1000)),
)


def outcome(ours: float, floor: float) -> Outcome:
    most = {"most": 900.0, "load": 0.5}
    return Outcome(
        {
            "pace": {
                "chatd": [{"ms": ours, **most}],
                "floor": [{"ms": floor, "most": 5000.0, "load": 0.97}],
                "ws": [{"ms": 3.0, "most": 100.0, "load": 0.2}],
            }
        }
    )


def test_a_loss_is_printed_like_a_win() -> None:
    won, *_ = report.remarks(ROW, outcome(ours=14.9, floor=10.0))
    lost, *_ = report.remarks(ROW, outcome(ours=15.1, floor=10.0))
    assert won.startswith("met: light: p50, ms: chatd 14.9, C floor, joined 10.0, 1.49 times")
    assert lost.startswith("MISSED: light: p50, ms: chatd 15.1, C floor, joined 10.0, 1.51 times")


def test_more_is_better_where_the_figure_says_so() -> None:
    _, against, bound = report.remarks(ROW, outcome(1.0, 1.0))
    assert against.startswith("met: light: most/s: chatd 900, Node ws 100, 9.00 times")
    assert bound == "MISSED: light: most/s: chatd 900, goal: at least 1,000"


def test_where_the_load_was_the_limit_the_figure_says_at_least() -> None:
    lines = report.table(ROW, outcome(1.0, 1.0))
    assert [line[2] for line in lines] == ["most/s", "900", "at least 5,000", "100"]


def test_a_cell_has_the_median_and_the_spread() -> None:
    found = Outcome({"pace": {"chatd": [{"ms": 3.0}, {"ms": 1.0}, {"ms": 2.0}]}})
    assert report.table(ROW, found)[1] == ["chatd", "2.0 (1.0–3.0)"]


def test_a_server_that_failed_is_named_with_the_reason() -> None:
    found = outcome(1.0, 1.0)
    found.failed = {"pace": {"ws": "Node ws:\nit lost three"}}
    assert report.remarks(ROW, found)[0] == "Node ws failed: Node ws: it lost three"
