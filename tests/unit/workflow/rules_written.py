"""Documents of rules for tests: one that is right, and any that hypothesis draws."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from models import EvidenceKind, Origin, Preset
from workflow.reasons import REASONS
from workflow.rules.ruleset import Facts

START = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
POSITIONS = ("Java后端", "会计", "采购主管", "")
STEP = {"name": "分管领导", "who": ["role:leader"]}
WHOLE: dict[str, Any] = {
    "preset": "strict",
    "title": "华辰重工取消规范",
    "notice_period_h": 48,
    "sensitive_positions": ["采购*"],
    "scenes": [
        {"id": "own", "name": "候选人本人提出", "when": {"by_candidate": True}},
        {
            "id": "too-late",
            "name": "开始前两小时内",
            "when": {"hours_below": 2},
            "allow": False,
            "because": "候选人多半已在路上",
        },
        {"id": "often", "name": "取消过两次的", "when": {"earlier_from": 2}, "chain": "会签", "notice": "必须通知"},
        {"id": "else", "name": "其余", "chain": "三级", "evidence": {"least": 2, "most": 5, "kinds": ["file"]}},
    ],
    "chains": {
        "三级": [{"name": "用人部门", "who": ["role:department_head"], "asks": ["still_needed"], "hours": 8}, STEP],
        "会签": [{"name": "两位领导", "who": ["role:leader", "person:lina"], "sign": "会签", "in_turn": True}],
    },
    "notices": {"必须通知": {"always": True, "says": "微信、短信都通知"}},
    "consequences": {"保留": {"keeps": True}},
}


def changed(**parts: Any) -> dict[str, Any]:
    """Return the right document with these keys replaced; None takes one out."""
    made = {**deepcopy(WHOLE), **parts}
    return {key: value for key, value in made.items() if value is not None}


facts = st.builds(
    Facts,
    origin=st.sampled_from(Origin),
    by_candidate=st.booleans(),
    starts_at=st.just(START),
    now=st.timedeltas(timedelta(hours=-80), timedelta(hours=2)).map(lambda ahead: START + ahead),
    sensitive=st.booleans(),
    reason=st.sampled_from([*REASONS, ""]),
    position=st.sampled_from(POSITIONS),
    earlier=st.integers(0, 4),
)
_conditions: dict[str, st.SearchStrategy[Any]] = {
    "by_candidate": st.booleans(),
    "late": st.booleans(),
    "sensitive": st.booleans(),
    "origin": st.lists(st.sampled_from([str(each) for each in Origin]), max_size=2),
    "reasons": st.lists(st.sampled_from(list(REASONS)), max_size=3),
    "positions": st.lists(st.sampled_from(["会*", "*", "java后端", "采购主管"]), max_size=2),
    "hours_from": st.integers(0, 30),
    "hours_below": st.integers(31, 80),
    "earlier_from": st.integers(0, 3),
}
_when = st.fixed_dictionaries({}, optional=_conditions)
_step = st.fixed_dictionaries(
    {"name": st.sampled_from(["甲", "乙"]), "who": st.sampled_from([["role:hr"], ["role:leader", "person:lina"]])},
    optional={
        "sign": st.sampled_from(["一人", "all", "或签"]),
        "hours": st.integers(0, 9),
        "repeats": st.booleans(),
    },
)
_kinds = st.lists(st.sampled_from([str(each) for each in EvidenceKind]), max_size=2, unique=True)
_scene = st.fixed_dictionaries(
    {"name": st.just("场景"), "when": _when},
    optional={
        "chain": st.sampled_from(["甲链", "乙链"]),
        "evidence": st.fixed_dictionaries({}, optional={"least": st.sampled_from([0, 0, 1, 1, 4]), "kinds": _kinds}),
        "drafted": st.sampled_from([False, False, True]),
    },
)
_forbidding = st.fixed_dictionaries(
    {"name": st.just("不行"), "when": _when, "allow": st.just(False), "because": st.just("来不及")}
)


def _document(scenes: list[dict[str, Any]], chains: Mapping[str, object], preset: Preset, hours: int) -> dict[str, Any]:
    numbered = [{**each, "id": f"s{index}"} for index, each in enumerate(scenes)]
    last = {"id": "last", "name": "其余", "when": {}}
    return {
        "preset": str(preset),
        "title": "随机",
        "notice_period_h": hours,
        "scenes": [*numbered, last],
        "chains": chains,
    }


documents = st.builds(
    _document,
    st.lists(_scene | _scene | _forbidding, max_size=4),
    st.fixed_dictionaries({"甲链": st.lists(_step, min_size=1, max_size=3), "乙链": st.lists(_step, min_size=1)}),
    st.sampled_from(Preset),
    st.integers(0, 72),
)
