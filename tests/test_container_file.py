"""The container file: what it copies is there, and what runs is nobody's root."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINES = re.sub(r"\\\n\s*", " ", (ROOT / "conf" / "Containerfile").read_text("utf-8")).splitlines()


def words(instruction: str) -> list[list[str]]:
    return [line.split()[1:] for line in LINES if line.split()[:1] == [instruction]]


def test_all_that_it_copies_from_a_checkout_is_there() -> None:
    sources = [word for copy in words("COPY") if "--from" not in copy[0] for word in copy[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_all_that_the_package_is_built_from_is_copied() -> None:
    sources = {word for copy in words("COPY") for word in copy[:-1]}
    needed = {"pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "chatd"}
    assert {*needed, "twisted", "conf", "systemd", "requirements"} <= sources


def test_it_runs_as_a_user_by_number_so_that_a_cluster_can_see_that_it_is_not_root() -> None:
    last = [line for line in LINES if line.startswith(("FROM", "USER", "ENTRYPOINT"))][-2:]
    assert re.fullmatch(r"USER [1-9]\d*:[1-9]\d*", last[0]) and last[1].startswith("ENTRYPOINT [")


def test_every_library_is_proven_by_its_hash() -> None:
    installs = [line for line in LINES if "pip install" in line]
    assert installs and all("--require-hashes" in line for line in installs)
