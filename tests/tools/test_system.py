"""What the system lacks: installed where we may, otherwise one line to type."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tools.environment import SetupError
from tools.prepare import left_out, require
from tools.system import Machine, Need, install


@dataclass
class FakeDebian:
    """A machine with packages to be had; `machine` is what the code under test gets."""

    is_root: bool = True
    has_terminal: bool = False
    answer: bool = True
    programs: frozenset[str] = frozenset({"apt-get", "sudo"})
    has_lists: bool = True
    stale: bool = False
    offline: bool = False
    installed: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def machine(self) -> Machine:
        return Machine(
            is_root=self.is_root,
            has_terminal=self.has_terminal,
            find=lambda name: name if name in self.programs else None,
            run=self.run,
            ask=self.ask,
            has_lists=lambda: self.has_lists,
            say=self.said.append,
        )

    def need(self, name: str, package: str) -> Need:
        return Need(name, package, f"tests with {name}", lambda: package in self.installed)

    def run(self, command: Sequence[str]) -> bool:
        self.commands.append(" ".join(command))
        if self.offline:
            return False
        words = list(command)
        if words[-1] == "update":
            self.has_lists, self.stale = True, False
            return True
        if not self.has_lists or self.stale:
            return False
        self.installed |= set(words[words.index("--no-install-recommends") + 1 :])
        return True

    def ask(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer


def both(debian: FakeDebian) -> list[Need]:
    return [debian.need("browser", "chromium"), debian.need("strace", "strace")]


INSTALL = "apt-get install -y --no-install-recommends chromium strace"


def test_root_gets_what_is_missing_in_one_go_and_reads_its_name_first():
    debian = FakeDebian()
    assert install(both(debian), debian.machine) == []
    assert debian.commands == [INSTALL]
    assert debian.said == ["installing from Debian: chromium, strace"]


def test_what_is_there_is_not_installed():
    debian = FakeDebian(installed={"strace", "chromium"})
    assert install(both(debian), debian.machine) == []
    assert debian.commands == []


@pytest.mark.parametrize("lists", [{"has_lists": False}, {"stale": True}])
def test_missing_or_old_package_lists_are_fetched(lists):
    debian = FakeDebian(**lists)
    assert install(both(debian), debian.machine) == []
    assert "apt-get update" in debian.commands


def test_without_network_it_says_what_is_missing_still():
    debian = FakeDebian(offline=True)
    assert [need.name for need in install(both(debian), debian.machine)] == ["browser", "strace"]


def test_a_plain_user_at_a_terminal_is_asked_and_sudo_used():
    debian = FakeDebian(is_root=False, has_terminal=True)
    assert install(both(debian), debian.machine) == []
    assert debian.commands == [f"sudo {INSTALL}"]
    assert "chromium, strace" in debian.asked[0]


@pytest.mark.parametrize(
    "situation",
    [
        {"has_terminal": True, "answer": False},
        {"has_terminal": False},
        {"has_terminal": True, "programs": frozenset({"apt-get"})},
    ],
)
def test_a_plain_user_who_cannot_or_will_not_gets_nothing_run(situation):
    debian = FakeDebian(is_root=False, **situation)
    assert len(install(both(debian), debian.machine)) == 2
    assert debian.commands == []


def test_a_system_without_apt_is_left_alone():
    debian = FakeDebian(programs=frozenset())
    assert len(install(both(debian), debian.machine)) == 2
    assert debian.commands == []


def test_what_cannot_be_installed_is_one_line_and_the_tests_it_costs():
    debian = FakeDebian(is_root=False)
    lacking = left_out(both(debian), debian.machine, chosen=frozenset(), ci=False)
    assert [need.name for need in lacking] == ["browser", "strace"]
    assert debian.said == [
        f"missing from the system; to install it: {INSTALL}",
        "left out without it: tests with browser, tests with strace",
    ]


def test_tests_the_user_chose_to_leave_out_are_neither_installed_nor_asked_about():
    debian = FakeDebian(is_root=False, has_terminal=True)
    lacking = left_out(both(debian), debian.machine, chosen=frozenset({"browser"}), ci=False)
    assert [need.name for need in lacking] == ["browser"]
    assert debian.installed == {"strace"}


@pytest.mark.parametrize("chosen", [frozenset(), frozenset({"browser"})])
def test_in_ci_a_test_left_out_is_a_failure(chosen):
    debian = FakeDebian(offline=True)
    with pytest.raises(SetupError, match="no test may be left out.*tests with browser"):
        left_out(both(debian), debian.machine, chosen=chosen, ci=True)


def test_in_ci_nothing_is_said_when_nothing_is_missing():
    debian = FakeDebian(installed={"strace", "chromium"})
    assert left_out(both(debian), debian.machine, chosen=frozenset(), ci=True) == []
    assert debian.said == []


def test_what_a_target_cannot_do_without_stops_it_with_the_line_to_type():
    debian = FakeDebian(is_root=False)
    with pytest.raises(SetupError, match=f"type: {INSTALL}"):
        require(both(debian), debian.machine)
