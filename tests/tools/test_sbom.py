"""What the package brings along is told whole: every library, and the C libraries in them."""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

from tools.sbom import document

LOCK = Path(__file__).parents[2] / "requirements" / "run.txt"
NOW = 1_795_000_000


def test_every_pinned_library_is_in_it_under_its_version() -> None:
    made = document(Path(sys.executable), "0.1.0", NOW)
    purls = {each["purl"] for each in made["components"] if "purl" in each}
    lines = re.findall(r"^[a-z0-9-]+==[^\\\n]+", LOCK.read_text("utf-8"), re.MULTILINE)
    pins = [Requirement(line) for line in lines]
    ours = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    assert ours
    told = {f"pkg:pypi/{pin.name}@{str(pin.specifier).removeprefix('==')}" for pin in ours}
    assert told - purls == set()


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
