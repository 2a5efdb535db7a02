"""What the package brings along, as a CycloneDX document (https://cyclonedx.org/docs/1.6/json/).

    .venv/bin/python -m tools.sbom [PYTHON] > sbom.json

Told from an environment that is there: each distribution with its version and licence, and the C
libraries inside two of them, whose faults are announced under names of their own.
"""

import json
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: Run by the environment's own Python: [name, version, licence], and the C libraries.
LOOK = """
import importlib.metadata as metadata, json, re
import apsw
from cryptography.hazmat.backends.openssl.backend import backend

def licence(one):
    told = one.metadata
    words = told.get("License-Expression") or ""
    found = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or [] if "License" in c]
    return words or "; ".join(found) or (told.get("License") or "").partition("\\n")[0]

listed = {one.metadata["Name"]: [one.version, licence(one)] for one in metadata.distributions()}
openssl = re.search(r"OpenSSL (\\S+)", backend.openssl_version_text())[1]
print(json.dumps({"libraries": listed, "openssl": openssl, "sqlite": apsw.sqlite_lib_version()}))
"""


def document(python: Path, version: str, epoch: int) -> dict[str, Any]:
    """``python``: the environment's; ``epoch``: the time it is dated with. The same environment
    gives the same document."""
    found = json.loads(
        subprocess.run(
            [str(python), "-P", "-c", LOOK], capture_output=True, text=True, check=True
        ).stdout
    )
    libraries = {name: told for name, told in found["libraries"].items() if name != "chatd"}
    components = [_library(name, *libraries[name]) for name in sorted(libraries, key=str.lower)]
    components += [
        _inside("openssl", "openssl", "openssl", found["openssl"], "cryptography"),
        _inside("sqlite", "sqlite", "sqlite", found["sqlite"], "apsw"),
    ]
    own = f"pkg:pypi/chatd@{version}"
    text = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + text)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "chatd",
                "version": version,
                "purl": own,
                "licenses": [{"license": {"id": "MIT"}}],
            },
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [each["bom-ref"] for each in components]}],
    }


def _library(name: str, version: str, licence: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name.lower())}@{version}"
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }
    if licence:
        made["licenses"] = [{"license": {"name": licence}}]
    return made


def _inside(name: str, vendor: str, product: str, version: str, holder: str) -> dict[str, Any]:
    """A C library within a wheel."""
    return {
        "type": "library",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "description": f"within {holder}",
        "cpe": f"cpe:2.3:a:{vendor}:{product}:{version}:*:*:*:*:*:*:*",
    }


def main() -> int:
    from tools.deb import commit_time
    from tools.deb import version as own

    python = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(sys.executable)
    print(json.dumps(document(python, own(), commit_time()), indent=1, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
