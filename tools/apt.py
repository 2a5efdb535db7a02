"""A signed repository for apt with the packages of dist/: any web server can hand it out as it is.

    .venv/bin/python -m tools.apt [--key FINGERPRINT]            (make apt KEY=FINGERPRINT)

Into dist/apt, with `chatd.asc`, the public key. ``--key``: a signing key of your own, in gpg's
keyring. Without it a key is made, used once and forgotten: good for a look, not for a server.
"""

import argparse
import gzip
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.deb import CannotBuild

ROOT = Path(__file__).parents[1]
#: What `Unattended-Upgrade::Origins-Pattern` and pinning name it by.
ORIGIN, SUITE, COMPONENT = "chatd", "stable", "main"


def run(*command: str | Path, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotBuild(f"{' '.join(map(str, command[:4]))} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def field(package: Path, name: str) -> str:
    return run("dpkg-deb", "-f", package, name, folder=package.parent).strip()


def lay_out(target: Path, packages: Sequence[Path]) -> Path:
    """pool/ and dists/, whose unsigned Release is given. What ``target`` held before goes."""
    shutil.rmtree(target, ignore_errors=True)
    pool = target / "pool" / COMPONENT / "c" / "chatd"
    pool.mkdir(parents=True)
    for package in packages:
        # apt-ftparchive takes a file for one of an architecture by its name alone.
        named = "_".join(field(package, each) for each in ("Package", "Version", "Architecture"))
        shutil.copy(package, pool / f"{named}.deb")
    suite = target / "dists" / SUITE
    architectures = sorted({field(package, "Architecture") for package in packages})
    for one in architectures:
        index = suite / COMPONENT / f"binary-{one}"
        index.mkdir(parents=True)
        text = run("apt-ftparchive", "--arch", one, "packages", "pool", folder=target).encode()
        (index / "Packages").write_bytes(text)
        (index / "Packages.gz").write_bytes(gzip.compress(text, 9, mtime=0))
        (index / "Packages.xz").write_bytes(lzma.compress(text))
    told = {
        "Origin": ORIGIN,
        "Label": ORIGIN,
        "Suite": SUITE,
        "Codename": SUITE,
        "Components": COMPONENT,
        "Architectures": " ".join(architectures),
        "Description": "chatd, a secure, durable chat daemon",
    }
    options = [f"-oAPT::FTPArchive::Release::{name}={value}" for name, value in told.items()]
    release = run("apt-ftparchive", *options, "release", suite, folder=target)
    (suite / "Release").write_text(release, "utf-8")
    return suite / "Release"


def throw_away_key(home: Path) -> str:
    """Made in gpg's folder ``home``; how gpg calls it."""
    name = "chatd packages (made for this once)"
    gpg(home, "--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never")
    return name


def sign(release: Path, key: str, public: Path, home: Path | None = None) -> None:
    """InRelease and Release.gpg beside ``release``; the key that proves them goes to ``public``.
    ``home``: gpg's folder, None for the one of whoever runs this."""
    signing = ("--yes", "--local-user", key, "--digest-algo", "SHA512")
    beside = release.parent
    gpg(home, *signing, "--clearsign", "--output", beside / "InRelease", release)
    gpg(home, *signing, "--armor", "--detach-sign", "--output", beside / "Release.gpg", release)
    public.write_text(gpg(home, "--armor", "--export", key), "utf-8")


def gpg(home: Path | None, *words: str | Path) -> str:
    environment = {} if home is None else {"GNUPGHOME": str(home)}
    return run("gpg", "--batch", "--quiet", *words, folder=ROOT, environment=environment)


def repository(target: Path, packages: Sequence[Path], key: str, home: Path | None = None) -> None:
    if not packages:
        raise CannotBuild("There is no package in dist/: make deb")
    sign(lay_out(target, packages), key, target / "chatd.asc", home)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", help="a signing key in gpg's keyring, by its fingerprint")
    options = parser.parse_args()
    target = ROOT / "dist" / "apt"
    packages = sorted((ROOT / "dist").glob("*.deb"))
    try:
        if options.key:
            repository(target, packages, options.key)
        else:
            with tempfile.TemporaryDirectory() as home:
                repository(target, packages, throw_away_key(Path(home)), Path(home))
                run("gpgconf", "--homedir", home, "--kill", "all", folder=ROOT)
    except CannotBuild as lack:
        print(f"chatd: {lack}", file=sys.stderr)
        return 1
    print(target.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
