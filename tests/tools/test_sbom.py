"""What the package brings along is told whole: every pinned library, and the C libraries in them."""

import re
import sys
from pathlib import Path

from tools.sbom import document

ROOT = Path(__file__).parents[2]
NOW = 1_795_000_000


def test_every_pinned_library_is_in_it_under_its_version() -> None:
    made = document(Path(sys.executable), "0.1.0", NOW)
    purls = {each["purl"] for each in made["components"] if "purl" in each}
    pins = re.findall(
        r"^([a-z0-9-]+)==([^ \\;]+)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE
    )
    assert pins
    assert {f"pkg:pypi/{name}@{version}" for name, version in pins} - purls == set()


def test_openssl_and_sqlite_have_the_names_under_which_their_faults_are_announced() -> None:
    made = document(Path(sys.executable), "0.1.0", NOW)
    names = {each["cpe"].split(":")[4] for each in made["components"] if "cpe" in each}
    assert names == {"openssl", "sqlite"}
    assert all(re.fullmatch(r"cpe:2\.3:a:\w+:\w+:\d+(\.\d+)+(:\*){7}", each["cpe"])
               for each in made["components"] if "cpe" in each)  # fmt: skip


def test_the_same_environment_gives_the_same_document_and_one_reference_each() -> None:
    one, two = (document(Path(sys.executable), "0.1.0", NOW) for _ in range(2))
    assert one == two
    references = [each["bom-ref"] for each in one["components"]]
    assert len(references) == len(set(references))
