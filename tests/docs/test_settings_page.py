"""docs/settings.md says exactly what bot/settings.py accepts."""

import re
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings
from bot.settings_text import every_field, reference

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_holds_the_table_of_every_setting_word_for_word() -> None:
    assert reference(Settings, PREFIX) in (ROOT / "docs/settings.md").read_text(encoding="utf-8")


def test_every_setting_has_a_meaning_and_an_example() -> None:
    bare = [".".join(path) for path, field in every_field(Settings) if not (field.description and field.examples)]
    assert bare == []


def test_every_variable_in_the_documents_exists(pages: list[Path]) -> None:
    known = {PREFIX + "__".join(path).upper() for path, _ in every_field(Settings)}
    known |= {PREFIX + name for name in ("SETTINGS", "SECRETS", "SANDBOX_PORT", "SANDBOX_SMTP_PORT", "DEMO_NOW")}
    named = {name for page in pages for name in re.findall(r"\bSHOUYUE_[A-Z0-9_]*[A-Z0-9]\b", page.read_text("utf-8"))}
    assert named - known - {"SHOUYUE_SANDBOX", "SHOUYUE_DEMO", "SHOUYUE_TEST", "SHOUYUE_DINGTALK"} == set()


@pytest.mark.parametrize("page", ["docs/dingtalk-setup.md", "docs/wecom-setup.md", "docs/deploying.md"])
def test_every_setting_an_administrator_is_told_to_write_exists(page: str) -> None:
    known = {".".join(path) for path, _ in every_field(Settings)}
    sections = "|".join(Settings.model_fields)
    named = set(re.findall(rf"`((?:{sections})\.[a-z_.]+)`", (ROOT / page).read_text("utf-8")))
    assert named
    assert named - known == set()
