"""Plain numbers, counted up."""

from chatd.core.meters import Commits, Histogram, Meters


def test_a_value_counts_where_it_is_at_most_the_bound() -> None:
    histogram = Histogram((1, 2.5))
    for value in (0, 1, 1.1, 2.5, 2.6, 100):
        histogram.add(value)
    assert histogram.counts == [2, 2, 2]
    assert histogram.sum == 107.2


def test_a_command_counts_for_its_type_and_for_its_kind() -> None:
    meters = Meters()
    meters.command("send", "write", 0.002)
    meters.command("send", "write", 0.004)
    meters.command("edit", "write", 9.0)
    meters.command("rooms", "read", 0.0)
    send = meters.commands["send"]
    assert (send.count, send.seconds) == (2, 0.006)
    assert sum(meters.kinds["write"].counts) == 3
    assert meters.kinds["write"].counts[-1] == 1
    assert sum(meters.kinds["read"].counts) == 1
    assert sum(meters.kinds["passing"].counts) == 0


def test_errors_count_by_code() -> None:
    meters = Meters()
    for code in ("not-found", "internal", "not-found"):
        meters.error(code)
    assert meters.errors == {"not-found": 2, "internal": 1}


def test_a_commit_tells_how_much_it_held_and_how_long_it_took() -> None:
    commits = Commits()
    commits.add(3, 0.02)
    assert commits.units.counts[2] == 1
    assert commits.seconds.sum == 0.02
