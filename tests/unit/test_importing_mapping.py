"""The mapping file: strict, with the path of what is wrong."""

from pathlib import Path

import pytest

from bot.importing.mapping import STANDARD, Mapping, load
from bot.importing.report import Unreadable

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
columns:
  organisation: {value: huachen/net}
  position: [部门, 岗位]
  candidate: 姓名
  starts_at: 时间
  phone: 手机（本人）
"""
HEADER = ("部门", "岗位", "姓名", "时间", "手机(本人)", "备注")


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mapping.yaml"
    file.write_text(text, "utf-8")
    return file


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(Unreadable) as wrong:
        load(written(tmp_path, text))
    return str(wrong.value)


def test_a_field_comes_from_a_column_from_several_or_from_a_value(tmp_path: Path) -> None:
    columns = load(written(tmp_path, GOOD)).columns
    assert columns["organisation"].value == "huachen/net"
    assert columns["position"].columns == ("部门", "岗位")
    assert columns["candidate"].columns == ("姓名",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("phone:", "phon:"), "columns.phon：没有这个字段；是不是 phone？"),
        (GOOD + "dates: {form: [iso]}", "dates.form：没有这一项；是不是 forms？"),
        (GOOD + "datess: {}", "datess：没有这一项；是不是 dates？"),
        (GOOD + "dates: {forms: ['%Y']}", "dates.forms："),
        (GOOD + "dates: {forms: [chinesse]}", "dates.forms："),
        (GOOD + "dates: {default_time: '9'}", "dates.default_time："),
        (GOOD + "time_zone: Mars/Base", "time_zone：没有时区"),
        (GOOD + "identity: candidate_key", "history: true"),
        (GOOD + "  phone: 电话\n", "写了两次"),
        (GOOD + "values: {colour: {a: b}}", "values.colour：没有这个字段"),
        (GOOD.replace("{value: huachen/net}", "{value: a, columns: [b]}"), "columns.organisation"),
        (GOOD.replace("  candidate: 姓名\n", ""), "缺 candidate"),
        (GOOD.replace("  phone: 手机（本人）\n", ""), "phone 或 email"),
        ("missing: [无]", "没有 columns"),
        ("- a\n", "没有 columns"),
        ("columns: [", "不是正确的 YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    text = GOOD + "missing: [NO, 0123, 12:30, null]\nvalues: {status: {yes: confirmed, 1: scheduled}}\n"
    mapping = load(written(tmp_path, text))
    assert mapping.missing == ("NO", "0123", "12:30", "null")
    assert mapping.values["status"] == {"yes": "confirmed", "1": "scheduled"}


def test_a_column_the_file_lacks_is_named_with_the_nearest(tmp_path: Path) -> None:
    mapping = load(written(tmp_path, GOOD))
    assert mapping.fitted(HEADER) is mapping
    with pytest.raises(Unreadable, match=r"「时间」.*columns\.starts_at"):
        mapping.fitted(("部门", "岗位", "姓名", "面试时间", "手机(本人)"))


def test_columns_nothing_is_read_from_are_named_unless_ignored(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).unused(HEADER) == ["备注"]
    for ignored in ("备注", "'*'"):
        assert load(written(tmp_path, GOOD + f"ignore: [{ignored}]")).unused(HEADER) == []


def test_the_standard_columns_come_in_any_order() -> None:
    assert list(Mapping().fitted(tuple(reversed(STANDARD))).columns) == list(STANDARD)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("organisation,position,candidate,starts_at,phone,salary", "「salary」"),
        ("organisation,positon,candidate,starts_at,phone", "是不是 position？"),
        ("organisation,position,candidate,starts_at,phone,candidate_key", "「candidate_key」"),
        ("organisation,candidate,starts_at,phone", "position"),
        ("organisation,position,candidate,starts_at", "phone 或 email"),
    ],
)
def test_without_a_mapping_unknown_and_absent_columns_are_refused(header: str, said: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        Mapping().fitted(header.split(","))
    assert said in str(wrong.value)


@pytest.mark.parametrize("name", ["dirty.yaml", "interviews-raw.yaml"])
def test_the_example_mappings_are_valid(name: str) -> None:
    assert load(ROOT / "docs/examples/import" / name).columns


def test_the_manual_explains_every_part_of_a_mapping() -> None:
    page = (ROOT / "docs/importing.md").read_text("utf-8")
    assert [name for name in (*Mapping.model_fields, *STANDARD) if f"`{name}`" not in page] == []
