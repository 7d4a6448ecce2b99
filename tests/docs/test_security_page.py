"""docs/security.md names tests that exist, answers every threat, and says of each control whose it is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
LATER = {"T8", "T16"}  # their surface comes with a feature that the row names


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its head."""
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_test_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 40
    missing = [file for file, _ in named if not (ROOT / file).is_file()]
    assert missing == []
    absent = [test for file, test in named if test and f"def {test}(" not in (ROOT / file).read_text("utf-8")]
    assert absent == []


def test_every_threat_has_its_answer_and_its_test_or_the_feature_that_brings_it() -> None:
    threats = {row[0]: row for row in rows("威胁、回答、测试")}
    assert list(threats) == [f"T{number}" for number in range(1, 26)]
    for number, (_, attack, answer, tests) in threats.items():
        assert attack
        assert answer
        assert NAMED.search(tests) or (number in LATER and "随" in answer)


def test_every_threat_test_stands_on_the_page() -> None:
    files = {f"tests/threats/{each.name}" for each in (ROOT / "tests/threats").glob("test_*.py")}
    assert files - {file for file, _ in NAMED.findall(PAGE)} == set()


def test_every_control_has_a_test_or_says_whose_it_is() -> None:
    controls = rows("等级保护（GB/T 22239-2019 第三级）对照")
    assert len(controls) > 15
    assert [
        row[0] for row in controls if not (NAMED.search(row[2]) or "属于部署单位" in row[1] or "随" in row[1])
    ] == []
    chapters = rows("OWASP ASVS 5.0 二级对照")
    assert {state for _, state, _, _ in chapters} == {"做到", "部分", "不适用"}
    assert [row[0] for row in chapters if row[1] != "不适用" and not NAMED.search(row[3])] == []
