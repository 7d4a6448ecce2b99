"""Write what the product is made of as CycloneDX 1.6 JSON, from the locks: versions, hashes, licences; `make sbom`.

Licences come from what is installed; a package that is not installed here is listed without, and named on stderr.
"""

import hashlib
import json
import re
import sys
import tomllib
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"required": ROOT / "requirements/runtime.txt", "excluded": ROOT / "requirements/development.txt"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(.*(?:\n    .*)*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")


def main() -> int:
    """Write the file named by the only argument, or to stdout."""
    text = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


def document() -> dict[str, Any]:
    """Return the bill of materials; the same locks give the same serial number."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in LOCKS.values())).hexdigest()
    product = {
        "type": "application",
        "bom-ref": project["name"],
        "name": project["name"],
        "version": project["version"],
    }
    found = components()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {"component": product},
        "components": found,
        "dependencies": [{"ref": product["bom-ref"], "dependsOn": [each["bom-ref"] for each in found]}],
    }


def components() -> list[dict[str, Any]]:
    """Return every locked package once; what the product runs on is `required`, what only tests need `excluded`."""
    found: dict[str, dict[str, Any]] = {}
    for scope, lock in LOCKS.items():
        for name, version, rest in PIN.findall(lock.read_text("utf-8")):
            found.setdefault(name.lower(), component(name, version, HASH.findall(rest), scope))
    return [found[name] for name in sorted(found)]


def component(name: str, version: str, hashes: list[str], scope: str) -> dict[str, Any]:
    """Return one package; CycloneDX has one hash for a component, the lock one for each file that may be installed."""
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    row: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "scope": scope}
    row["purl"] = purl
    row["externalReferences"] = [
        {"type": "distribution", "url": purl, "hashes": [{"alg": "SHA-256", "content": each}]}
        for each in sorted(hashes)
    ]
    if said := licence(name):
        row["licenses"] = [said]
    return row


def licence(name: str) -> dict[str, Any] | None:
    """Return the licence as the installed package declares it: an SPDX expression, or the name it gives."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        print(f"{name}: not installed here, listed without its licence", file=sys.stderr)
        return None
    expression = about.get("License-Expression")
    if expression and SPDX.fullmatch(expression):
        return {"expression": expression}
    classified = [
        each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or [] if each.startswith("License ")
    ]
    said = (about.get("License") or "").strip().splitlines()
    shown = classified[:1] or said[:1]
    return {"license": {"name": shown[0][:120]}} if shown else None


if __name__ == "__main__":
    sys.exit(main())
