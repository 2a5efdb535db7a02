"""The probe that says where a daemon's memory is: its sums, and what it finds by type."""

import gc
from pathlib import Path

from tests.rigs import memory_probe
from tests.rigs.memory import asked


class InADict:
    def __init__(self) -> None:
        self.text = bytes(1000)


class InSlots:
    __slots__ = ("text",)

    def __init__(self) -> None:
        self.text = bytes(1000)


def test_what_a_process_holds_is_told_by_type(tmp_path: Path) -> None:
    memory_probe.start(tmp_path / "probe")
    # What other tests left to be collected must not be given back meanwhile.
    gc.collect()
    before = asked(tmp_path / "probe", "census")
    held = [(InADict(), InSlots()) for _ in range(1000)]
    for plain, _ in held:
        assert plain.__dict__
    after = asked(tmp_path / "probe", "census")
    grown = {
        name: (count - before["types"].get(name, (0, 0))[0])
        for name, (count, _) in after["types"].items()
    }
    assert grown[f"{__name__}.InADict"] == grown[f"{__name__}.InSlots"] == 1000
    assert grown[f"{__name__}.InADict.__dict__"] == 1000
    assert after["types"]["bytes"][1] - before["types"].get("bytes", (0, 0))[1] > 1_900_000
    # 2,000 texts of 1,033 bytes are malloc's; Python's own allocator has what is small.
    assert after["malloc used"] - before["malloc used"] > 1_900_000
    assert after["private"] > 10_000_000 and after["python used"] > 1_000_000


def test_mapped_files_are_part_of_what_is_private() -> None:
    told = memory_probe.totals()
    assert 0 < told["of it files"] < told["private"]
