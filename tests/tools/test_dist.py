"""What differs between two builds of one commit is taken out of what is given to others."""

import io
import tarfile
import zipfile

from tools.dist import tarred, zipped

FILES = {"chatd-1/a.py": (b"print(1)\n", 0o644), "chatd-1/run": (b"#!/bin/sh\n", 0o755)}


def sdist(moment: int, user: int, umask: int, names: list[str]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name in names:
            content, mode = FILES[name]
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uid = len(content), moment, user
            member.mode, member.uname = mode & ~umask, f"u{user}"
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def wheel(moment: tuple[int, ...], umask: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in FILES.items():
            info = zipfile.ZipInfo(name, moment)  # type: ignore[arg-type]
            info.external_attr = (0o100000 | mode & ~umask) << 16
            archive.writestr(info, content)
    return made.getvalue()


def test_of_an_sdist_neither_hour_nor_user_nor_umask_nor_order_is_left() -> None:
    one = sdist(1, 0, 0o022, list(FILES))
    two = sdist(2, 1000, 0o077, list(reversed(FILES)))
    assert one != two
    assert tarred(one, 5) == tarred(two, 5)
    with tarfile.open(fileobj=io.BytesIO(tarred(two, 5))) as archive:
        modes = {member.name: (member.mode, member.mtime) for member in archive}
    assert modes == {name: (mode, 5) for name, (_, mode) in FILES.items()}


def test_of_a_wheel_neither_hour_nor_umask_is_left() -> None:
    one, two = wheel((2026, 1, 1, 0, 0, 0), 0o022), wheel((2027, 1, 1, 0, 0, 0), 0o077)
    assert one != two
    assert zipped(one, 1_795_000_000) == zipped(two, 1_795_000_000)
    with zipfile.ZipFile(io.BytesIO(zipped(two, 0))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: content for name, (content, _) in FILES.items()
        }
