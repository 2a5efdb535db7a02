"""When all there is is looked through for garbage: in calm seconds, and before it is too much."""

from pathlib import Path

from chatd.chores.garbage import AGED, CALM, EVERY, FEW, MANY, Collector
from tests.daemon import Daemon
from tests.fakes.clock import FakeClock


class FakeGc:
    """Counts as the module does; what survives is as much as ``alive`` says."""

    def __init__(self) -> None:
        self.looks = 0
        self.alive = 0
        self.frozen = self.full = 0
        self.thresholds: tuple[int, ...] = ()

    def freeze(self) -> None:
        self.frozen += 1

    def set_threshold(self, *thresholds: int) -> None:
        self.thresholds = thresholds

    def get_count(self) -> tuple[int, int, int]:
        return 5, 5, self.looks

    def collect(self) -> None:
        self.full += 1
        self.looks = 0

    def get_objects(self) -> range:
        return range(self.alive)


class Machine:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.gc = FakeGc()
        self.used = 0.0
        Collector(self.clock, lambda: self.used, self.gc).start()

    def second(self, busy: float, aged: int = 0) -> int:
        """Full looks in a second of which so much was work and in which so many grew old."""
        before = self.gc.full
        self.gc.looks += aged // AGED
        self.used += busy
        self.clock.advance(EVERY)
        return self.gc.full - before


def test_what_is_loaded_at_the_start_is_never_looked_through_again() -> None:
    machine = Machine()
    assert machine.gc.frozen == 1


def test_the_young_are_looked_through_as_python_does_and_all_never_by_itself() -> None:
    young, second, all_there_is = Machine().gc.thresholds
    assert (young, second) == (700, 10)
    assert all_there_is > 1_000_000


def test_a_storm_of_arrivals_is_not_interrupted() -> None:
    machine = Machine()
    assert [machine.second(0.95, 12 * AGED) for _ in range(11)] == [0] * 11


def test_the_first_calm_second_after_it_is_used_once() -> None:
    machine = Machine()
    machine.gc.alive = 300_000
    for _ in range(5):
        machine.second(0.95, 12 * AGED)
    assert [machine.second(CALM / 2) for _ in range(4)] == [1, 0, 0, 0]


def test_a_few_are_not_worth_it() -> None:
    machine = Machine()
    assert [machine.second(0.01, FEW - AGED), machine.second(0.01, AGED)] == [0, 1]


def test_where_much_is_alive_a_quarter_has_to_come_before_it_is_looked_through_again() -> None:
    machine = Machine()
    machine.gc.alive = 100 * AGED
    assert machine.second(0.01, FEW) == 1
    assert [machine.second(0.01, 12 * AGED) for _ in range(6)] == [0, 0, 1, 0, 0, 1]


def test_what_may_fill_the_memory_is_looked_through_in_the_middle_of_work_too() -> None:
    machine = Machine()
    assert machine.second(0.95, MANY) == 0
    assert machine.second(0.95, AGED) == 1


def test_where_that_much_is_alive_as_much_again_has_to_come() -> None:
    machine = Machine()
    machine.gc.alive = 2 * MANY
    machine.second(0.01, FEW)
    assert machine.second(0.95, MANY + AGED) == 0
    assert machine.second(0.95, MANY + AGED) == 1


def test_looking_itself_is_not_counted_as_work() -> None:
    machine = Machine()

    def slow() -> None:
        machine.gc.full += 1
        machine.used += 0.5

    machine.gc.collect = slow  # type: ignore[method-assign]
    machine.gc.looks = 10
    assert [machine.second(0.01), machine.second(0.01)] == [1, 1]


def test_the_daemon_does_so(tmp_path: Path) -> None:
    told = tmp_path / "told"
    (tmp_path / "sitecustomize.py").write_text(
        "import gc, pathlib\n"
        f"told, set_threshold = pathlib.Path({str(told)!r}), gc.set_threshold\n"
        "def tell(*thresholds):\n"
        "    set_threshold(*thresholds)\n"
        "    told.write_text(str((gc.get_threshold()[2] > 10**6, gc.get_freeze_count() > 10**4)))\n"
        "gc.set_threshold = tell\n"
    )
    with Daemon(tmp_path, command=("env", f"PYTHONPATH={tmp_path}")):
        assert told.read_text() == "(True, True)"
