"""Which machine the figures are of."""

import os
import platform
import ssl
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("twisted", "autobahn", "pyopenssl"))
    return (
        f"{model}, {os.cpu_count()} cores, Linux {platform.release()},"
        f" Python {platform.python_version()}, {packages}, {ssl.OPENSSL_VERSION} for C"
    )


def company(share: float) -> str:
    """About the share of the server's core that other programs took."""
    if share < 0.05:
        return "The server had its core to itself."
    return (
        f"Other programs took up to {share:.0%} of the server's core meanwhile: latencies and the"
        " most deliveries suffer from that, processor times and the order of the rows less."
    )
