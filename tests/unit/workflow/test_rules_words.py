"""《AI面试取消管理规范》: rules as people read them, and why a case is decided as it is."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from models import Origin, Preset
from tests.unit.workflow.rules_written import START, WHOLE, changed, documents, facts
from workflow.policy import NO_GRACE_WITHIN, snapshot
from workflow.rules import words
from workflow.rules.deciding import decide
from workflow.rules.explaining import explained
from workflow.rules.loading import load
from workflow.rules.presets import PRESETS
from workflow.rules.ruleset import Facts, RuleSet, WrongRules
from workflow.rules.words import changes, document, heading
from workflow.views import ROLE_LABELS

ROOT = Path(__file__).parents[3]


def text_of(rules: RuleSet) -> str:
    return "\n".join(
        [heading(rules, "华辰"), *(line for each in document(rules) for line in (each.heading, *each.lines))]
    )


@pytest.mark.parametrize("preset", Preset)
def test_the_page_about_rules_holds_each_preset_as_it_is_and_as_it_is_printed(preset: Preset) -> None:
    page = (ROOT / "docs/rules.md").read_text()
    assert (ROOT / f"workflow/rules/presets/{preset}.yaml").read_text().strip() in page
    assert text_of(PRESETS[preset]) in page


def test_the_document_has_three_sections_and_says_every_scene_chain_and_choice() -> None:
    said = text_of(load(WHOLE))
    for each in (
        "不足 48 小时",
        "名称为采购*的",
        "2. 开始前两小时内（距开始不足 2 小时）：不可以取消：候选人多半已在路上。",
        "3. 取消过两次的（该候选人已取消过 2 次及以上）：可以取消，审批按「会签」",
        "至少 2 份证明（图片或文件），最多 5 份",
        "第 1 步 用人部门：用人部门，一人同意；8 个工作小时内；要回答岗位是否仍需招聘",
        "会签，全部同意，依次",
        "必须通知候选人：取消过两次的。",
        "「必须通知」：微信、短信都通知",
    ):
        assert each in said
    assert [each.heading[:2] for each in document(load(WHOLE))] == ["一、", "二、", "三、"]


def scenes_of(*scenes: dict[str, object]) -> list[str]:
    return [each for each in document(load(changed(scenes=list(scenes))))[0].lines if each[0].isdigit()]


def scene(key: str, name: str, **more: object) -> dict[str, object]:
    return {"id": key, "name": name, **more}


REST = scene("rest", "一律")


@pytest.mark.parametrize(
    ("name", "when", "said"),
    [
        ("公司取消敏感岗位的面试", {"sensitive": True}, "公司取消敏感岗位的面试"),
        ("不是敏感岗位的面试", {"sensitive": True}, "不是敏感岗位的面试（敏感岗位）"),
        ("不是敏感岗位的面试", {"sensitive": False}, "不是敏感岗位的面试"),
        ("敏感岗位或通知期内", {"sensitive": True}, "敏感岗位或通知期内（敏感岗位）"),
        ("通知期内的", {"late": True, "sensitive": True}, "通知期内的（敏感岗位）"),
        ("临时取消", {"late": True}, "临时取消（通知期内）"),
    ],
)
def test_a_condition_that_the_name_of_a_scene_says_is_not_said_twice(
    name: str, when: dict[str, object], said: str
) -> None:
    assert scenes_of(scene("one", name, when=when, chain="会签"), REST)[0].startswith(f"1. {said}：")


def test_scenes_that_follow_each_other_with_the_same_answer_are_one_line() -> None:
    lines = scenes_of(
        scene("a", "甲类", when={"late": True}),
        scene("b", "乙类", when={"sensitive": True}),
        scene("c", "丙类", when={"late": False}, chain="会签"),
        REST,
    )
    assert lines == [
        "1–2. 甲类（通知期内）；乙类（敏感岗位）：可以取消，不用审批，不用证明。",
        "3. 丙类（通知期以前）：可以取消，审批按「会签」，不用证明。",
        "4. 一律（其余情况）：可以取消，不用审批，不用证明。",
    ]


def test_two_kinds_of_proof_are_said_as_one_list() -> None:
    assert "至少 1 份证明（图片、文件或候选人本人的回复）" in text_of(PRESETS[Preset.STRICT])


def test_a_chain_that_no_scene_uses_is_not_printed() -> None:
    rules = load(changed(scenes=[{"id": "all", "name": "一律"}]))
    assert document(rules)[1].lines[1:] == ("没有场景需要审批。",)


def test_the_words_of_roles_and_grace_are_those_of_the_rest_of_the_program() -> None:
    assert words.ROLES == ROLE_LABELS
    assert timedelta(minutes=words.NO_GRACE_MIN) == NO_GRACE_WITHIN


def test_two_versions_differ_in_the_lines_that_say_so_and_the_same_in_none() -> None:
    assert changes(load(WHOLE), load(WHOLE)) == []
    assert changes(load(WHOLE), load(changed(grace_s=0))) == [
        "三、如何通知候选人",
        "－ 公司取消的，审批完成后 60 秒内可以撤销，之后才通知；距开始 30 分钟内没有这段时间。",
        "＋ 公司取消的，审批完成后立即通知，不能撤销。",
    ]


CASE = Facts(Origin.COMPANY, False, START, START - timedelta(hours=30, minutes=5), False, "position_paused", "会计", 1)


def test_an_explanation_names_the_facts_each_scene_that_did_not_fit_and_what_follows() -> None:
    rules = load(WHOLE)
    assert explained(rules, decide(CASE, rules)) == [
        f"规则：华辰重工取消规范 第 1 版（摘要 {rules.digest[:16]}）",
        "依据：公司提出、原因 岗位暂停招聘（公司）、面试 2026-11-25 15:00，距开始 30 小时 5 分、"
        "通知期内、岗位 会计、该候选人已取消过 1 次",
        "1. 候选人本人提出：不符合（要求候选人本人提出）",
        "2. 开始前两小时内：不符合（要求距开始不足 2 小时）",
        "3. 取消过两次的：不符合（要求该候选人已取消过 2 次及以上）",
        "4. 其余：符合，按这一条",
        "结果：可以取消，要 2 步审批，至少 2 份证明（图片或文件），最多 5 份。",
        "　第 1 步 用人部门：用人部门，一人同意；8 个工作小时内；要回答岗位是否仍需招聘；无人可审时由上级单位审批。",
        "　第 2 步 分管领导：分管领导，一人同意；无人可审时由上级单位审批。",
    ]


def test_what_is_forbidden_is_explained_with_its_reason() -> None:
    rules = load(WHOLE)
    lines = explained(rules, decide(replace(CASE, now=START - timedelta(hours=1)), rules))
    assert lines[-1] == "结果：不可以取消。候选人多半已在路上"


@settings(deadline=None)
@given(documents, facts)
def test_every_case_under_any_rules_can_be_printed_and_explained(written: dict[str, Any], asked: Facts) -> None:
    try:
        rules = load(written)
    except WrongRules:
        return
    lines = explained(rules, decide(asked, rules))
    assert sum(line.endswith("符合，按这一条") for line in lines) == 1
    assert "{" not in text_of(rules)
    assert "None" not in "\n".join([text_of(rules), *lines])


def test_hours_are_said_with_the_office_hours_they_are_counted_in_and_what_the_clock_does_then() -> None:
    said = text_of(load({**WHOLE, "office_hours": ["08:30-12:00", "13:30-17:30"]}))
    assert "工作小时按工作日 08:30–12:00、13:30–17:30 计" in said
    assert "没有公布安排的年份按周一至周五算" in said
    assert "时限到了不等于同意，也不等于驳回" in said
    assert "工作小时按" not in text_of(PRESETS[Preset.STRICT])


def test_office_hours_that_cannot_be_are_refused_with_their_key() -> None:
    with pytest.raises(WrongRules, match="office_hours: 「18:00-09:00」的结束要晚于开始"):
        load({**WHOLE, "office_hours": ["18:00-09:00"]})


def test_a_request_keeps_the_office_hours_only_where_a_step_has_hours() -> None:
    rules = load({**WHOLE, "office_hours": ["08:30-12:00"]})
    kept = [snapshot(rules, replace(decide(CASE, rules), plans=plans)) for plans in rules.chains.values()]
    assert [each.get("office") for each in kept] == [
        ["08:30-12:00"] if any(plan.hours for plan in plans) else None for plans in rules.chains.values()
    ]
    assert ["08:30-12:00"] in [each.get("office") for each in kept]
