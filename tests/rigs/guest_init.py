"""The first process of the machine that gets its power cut: mounts, checks, works, waits.

    init=PYTHON -- tests/rigs/guest_init.py PLAN

The root is the host's own file system, read-only; /mnt is memory, /mnt/disk the ext4 disk whose
contents must survive. PLAN is a JSON file: {"folder": where to run, "environment": {...},
"report": folder of the host, "check": [command] or null, "work": [command] or null}. What the
check says goes into the file "check" of the report folder, far faster than any console; the work
speaks on the console. Each step is framed there by lines ("-- check", "-- check ended 0",
"-- work"), so that the host knows where the guest stands.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from typing import IO

RB_POWER_OFF = 0x4321FEDC  # reboot(2)
SIOCSIFFLAGS = 0x8914  # netdevice(7)
IFF_UP = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def mount(what: str, where: str, kind: str, options: str = "") -> None:
    os.makedirs(where, exist_ok=True)
    if LIBC.mount(what.encode(), where.encode(), kind.encode(), 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount {what} on {where}")


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def say(words: str) -> None:
    print(f"-- {words}", flush=True)


def step(name: str, command: list[str], plan: dict, out: IO[bytes] | None = None) -> int:
    say(name)
    environment = {"PATH": "/usr/bin:/usr/sbin:/bin:/sbin", **plan["environment"]}
    done = subprocess.run(command, cwd=plan["folder"], env=environment, stdout=out, check=False)
    say(f"{name} ended {done.returncode}")
    return done.returncode


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as text:
        plan = json.load(text)
    mount("proc", "/proc", "proc")
    mount("memory", "/mnt", "tmpfs")
    for folder in ("/mnt/tmp", "/mnt/home"):
        os.mkdir(folder)
    mount("/dev/ubda", "/mnt/disk", "ext4")
    mount("none", "/mnt/report", "hostfs", plan["report"])
    raise_loopback()
    if plan["check"] is not None:
        with open("/mnt/report/check", "wb") as report:
            if step("check", plan["check"], plan, report) != 0:
                return
    if plan["work"] is not None:
        step("work", plan["work"], plan)


if __name__ == "__main__":
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        LIBC.reboot(RB_POWER_OFF)
