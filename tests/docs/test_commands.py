"""Every command a document names exists."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_every_make_target_in_a_document_exists(pages: list[Path]) -> None:
    named = {target for page in pages for target in re.findall(r"`make ([a-z][a-z-]*)", page.read_text("utf-8"))}
    assert {"demo", "test"} <= named
    assert named - TARGETS == set()


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    assert set(re.findall(r"^([a-z][a-z-]*):.* ## \S", text, re.MULTILINE)) == TARGETS


@pytest.mark.parametrize("command", ["make test", "make check"])
def test_what_must_pass_before_a_change_is_what_readers_are_told(command: str) -> None:
    assert command in (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert f"`{command}`" in (ROOT / "docs/testing.md").read_text("utf-8")


def test_the_walk_through_builds_the_template_variable_by_variable() -> None:
    template = json.loads((ROOT / "cards/dingtalk_template.json").read_text("utf-8"))
    page = (ROOT / "docs/dingtalk-setup.md").read_text("utf-8")
    for variable in template["variables"]:
        family = re.sub(r"^b\d_", "b1_", variable["name"])
        assert re.search(rf"\| `{family}`[^|]*\| {variable['type']} \|", page), variable
    assert f"{len(template['variables'])} 个变量" in page
    assert f"{len(template['components'])} 个组件" in page
