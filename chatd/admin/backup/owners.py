"""Who gets to own what root brings back."""

import os
import pwd
import shutil
from pathlib import Path


def chown(path: Path, owner: str, group: str) -> None:
    """Owner and group by name, if this machine has them."""
    for kind, name in (("user", owner), ("group", group)):
        try:
            shutil.chown(path, **{kind: name})
        except LookupError:
            continue


def own(path: Path, like: Path) -> None:
    """What root makes for the daemon gets the folder's owner, and the folder the user chatd, if
    there is one."""
    if os.geteuid() != 0:
        return
    status = like.stat()
    uid, gid = status.st_uid, status.st_gid
    if path == like:
        try:
            daemon = pwd.getpwnam("chatd")
        except KeyError:
            return
        uid, gid = daemon.pw_uid, daemon.pw_gid
    os.chown(path, uid, gid)
