"""No file of the project knows the machine it was written on or where its packages came from; links lead somewhere."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(
    "|".join(
        [
            r"/" + r"root/",
            r"/" + r"home/[a-z]",
            r"/" + r"Users/[a-z]",
            r"/" + r"work/(?:main|shared|steering)",
            r"/" + r"tmp/[a-z]",
            r"\." + r"pyenv",
        ]
    )
)
REGISTRIES = re.compile(
    r"pypi\."
    + r"org|pythonhosted\."
    + r"org|registry\."
    + r"npm|npm"
    + r"mirror|--index-"
    + r"url|tuna\."
    + r"tsinghua"
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def texts(files: list[Path]) -> dict[Path, str]:
    found = {}
    for file in files:
        data = file.read_bytes()
        if b"\0" not in data:
            found[file] = data.decode("utf-8", errors="replace")
    return found


def test_no_file_names_a_place_on_one_machine(files: list[Path]) -> None:
    assert [str(file) for file, text in texts(files).items() if PLACES.search(text)] == []


def test_no_file_names_a_package_registry(files: list[Path]) -> None:
    allowed = {ROOT / "docs/testing.md"}  # names the uv option that leaves addresses out
    assert [str(file) for file, text in texts(files).items() if REGISTRIES.search(text) and file not in allowed] == []


def test_the_locks_hold_versions_and_hashes_and_no_address() -> None:
    for lock in ("runtime", "development"):
        text = (ROOT / f"requirements/{lock}.txt").read_text("utf-8")
        assert "://" not in text
        pins = re.findall(r"^\S+==.*(?:\n    .*)*", text, re.MULTILINE)
        assert pins
        assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_development_lock_changes_no_version_of_the_runtime() -> None:
    def pins(lock: str) -> Counter[str]:
        text = (ROOT / f"requirements/{lock}.txt").read_text("utf-8")
        return Counter(re.findall(r"^(\S+==\S+)", text, re.MULTILINE))

    assert pins("runtime") - pins("development") == Counter()


def test_every_link_between_documents_leads_somewhere(pages: list[Path]) -> None:
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in pages
        for target in LINK.findall(page.read_text("utf-8"))
        if not _leads_somewhere(page, target)
    ]
    assert broken == []


def _leads_somewhere(page: Path, target: str) -> bool:
    if target.startswith(("https://", "mailto:")):
        return True
    name, _, anchor = target.partition("#")
    file = (page.parent / name).resolve() if name else page
    return file.exists() and (not anchor or anchor in _anchors(file))


def _anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
