"""Wheel, sdist and editable install, each in a clean environment, bring `chatd` to twistd."""

import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
SITE = Path(sysconfig.get_path("purelib"))
PARTS = ("chatd", "twisted", "conf", "systemd", "setup.py", "pyproject.toml", "MANIFEST.in")
TEXTS = ("README.md", "CHANGELOG.md", "LICENSE")


def call(*command: object, folder: Path) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to build in: building leaves folders behind."""
    copy = tmp_path_factory.mktemp("source") / "tree"
    copy.mkdir()
    leftovers = shutil.ignore_patterns("__pycache__", "dropin.cache", "*.egg-info")
    for name in (*PARTS, *TEXTS):
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, copy / name, ignore=leftovers)
        else:
            shutil.copy(path, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`sdist`, `wheel` (built from that sdist, so the sdist is complete) and `editable`."""
    dist = tmp_path_factory.mktemp("dist")
    options = ("--no-isolation", "--skip-dependency-check", "--outdir", dist)
    call(sys.executable, "-m", "build", *options, source, folder=dist)
    return {
        "sdist": next(dist.glob("*.tar.gz")),
        "wheel": next(dist.glob("*.whl")),
        # Its own copy: an editable install is used where it lies, and caches grow there.
        "editable": shutil.copytree(source, dist / "editable"),
    }


class Clean:
    """A virtual environment with the dependencies of this one, and nothing of chatd's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        call(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder.parent)
        self.python = folder / "bin" / "python"
        purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
        self.site = Path(call(self.python, "-c", purelib, folder=folder).strip())
        # A path named here is searched, but its own .pth files, our editable install, are not read.
        (self.site / "dependencies.pth").write_text(f"{SITE}\n")

    def pip(self, *arguments: object) -> None:
        pip = (sys.executable, "-m", "pip", "--python", self.python, "--quiet")
        call(*pip, *arguments, folder=self.folder)

    def install(self, way: str, path: Path) -> None:
        options = ("--no-deps", "--no-index", "--no-build-isolation")
        self.pip("install", *options, *(["--editable"] if way == "editable" else []), path)

    def twistd(self, *arguments: str) -> str:
        """twistd's own script, from a folder that has nothing to do with chatd."""
        script = Path(sys.executable).with_name("twistd")
        return call(self.python, script, *arguments, folder=self.folder)


@pytest.fixture
def clean(tmp_path: Path) -> Clean:
    return Clean(tmp_path / "clean")


LISTED = re.compile(r"^\s+chatd\s+A secure, durable chat daemon$", re.MULTILINE)


def test_before_an_install_twistd_knows_no_chatd(clean):
    assert not LISTED.search(clean.twistd("--help"))


@pytest.mark.parametrize("way", ["wheel", "sdist", "editable"])
def test_twistd_lists_chatd_and_its_options(clean, built, way):
    clean.install(way, built[way])
    assert LISTED.search(clean.twistd("--help"))
    assert "--config=" in clean.twistd("chatd", "--help")
    assert (clean.folder / "bin/chatctl").exists()


def test_uninstalling_leaves_twisted_as_it_was(clean, built):
    clean.install("wheel", built["wheel"])
    clean.pip("uninstall", "--yes", "chatd")
    assert not LISTED.search(clean.twistd("--help"))
    assert not (clean.site / "chatd").exists()


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_every_file_of_the_package_and_only_the_plugin_of_twisted(source, built):
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = {name for name in wheel.namelist() if not name.startswith("chatd-")}
    package = {f"chatd/{name}" for name in files_of(source / "chatd")}
    assert names == package | {"twisted/plugins/chatd_plugin.py"}


def test_the_wheel_carries_the_configuration_and_the_units_beside_the_package(source, built):
    with zipfile.ZipFile(built["wheel"]) as wheel:
        shared = {name.split("/share/")[1] for name in wheel.namelist() if "/share/" in name}
    assert shared == {"chatd/conf/chatd.toml"} | {
        f"chatd/systemd/{name}" for name in files_of(source / "systemd")
    }


def test_the_sdist_holds_what_the_tree_holds(source, built):
    with tarfile.open(built["sdist"]) as sdist:
        names = {member.name.partition("/")[2] for member in sdist if member.isfile()}
    assert {name for name in files_of(source) if ".egg-info/" not in name} <= names


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^ \\]+)", text, re.MULTILINE))


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("name", ["run.txt", "acme.txt", "dev.txt"])
def test_every_run_time_dependency_is_pinned_to_a_version_that_satisfies_it(name):
    pinned = pins(name)
    for line in project()["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[requirement.name]), line


def test_every_development_dependency_is_pinned_to_a_version_that_satisfies_it():
    pinned = pins("dev.txt")
    for line in project()["optional-dependencies"]["dev"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[requirement.name]), line


def test_the_extra_is_pinned_to_a_version_that_satisfies_it():
    for line in project()["optional-dependencies"]["acme"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins("acme.txt")[requirement.name]), line


@pytest.mark.parametrize("name", ["run.txt", "acme.txt"])
def test_development_has_the_very_packages_that_run(name):
    run, dev = pins(name), pins("dev.txt")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("name", ["run.txt", "acme.txt", "dev.txt", "build.txt"])
def test_every_pin_has_hashes_and_no_index_is_named(name):
    text = (ROOT / "requirements" / name).read_text()
    blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_each_dependency_has_its_line_of_reasons():
    reasons = (ROOT / "docs/decisions/dependencies.md").read_text()
    wanted = [*project()["dependencies"], *project()["optional-dependencies"]["dev"]]
    missing = [line for line in wanted if f"`{Requirement(line).name}`" not in reasons]
    assert missing == []
