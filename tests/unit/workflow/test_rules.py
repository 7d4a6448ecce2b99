"""Rules as documents: what is read, what is refused with its path, what is decided, and why, again and again."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Origin, Preset
from tests.unit.workflow.rules_written import START, STEP, WHOLE, changed, documents, facts
from workflow import authorities
from workflow.authorities import Authority
from workflow.plans import Grade, Signing, as_kept, plans_of
from workflow.rules.deciding import OtherRules, decide, facts_of, replay
from workflow.rules.loading import LARGEST, digest_of, load, parsed, resolved
from workflow.rules.presets import DOCUMENTS, PRESETS
from workflow.rules.ruleset import Facts, RuleSet, WrongRules


def case(**parts: Any) -> Facts:
    """Return the facts of a company's cancellation three days ahead, with these changed."""
    whole = {"origin": Origin.COMPANY, "by_candidate": False, "starts_at": START, "now": START - timedelta(days=3)}
    return Facts(**{**whole, **parts})


def test_the_first_scene_that_fits_decides() -> None:
    rules = load(WHOLE)
    fired = {
        "own": case(by_candidate=True, earlier=9),
        "too-late": case(now=START - timedelta(hours=1), earlier=9),
        "often": case(earlier=2),
        "else": case(earlier=1),
    }
    assert {decide(asked, rules).rule: asked for asked in fired.values()} == fired


def test_a_scene_brings_its_chain_its_evidence_and_its_notice() -> None:
    rules = load(WHOLE)
    often, otherwise = decide(case(earlier=3), rules), decide(case(), rules)
    assert [(each.sign, each.in_turn, each.who) for each in often.plans] == [
        (Signing.ALL, True, ("role:leader", "person:lina"))
    ]
    assert (often.notice.always, often.evidence) == (True, 0)
    assert (otherwise.notice.always, otherwise.evidence, otherwise.proof.most) == (False, 2, 5)
    assert [each.hours for each in otherwise.plans] == [8, 0]


def test_what_a_scene_forbids_is_not_allowed_and_says_why() -> None:
    decision = decide(case(now=START - timedelta(hours=1, minutes=59)), load(WHOLE))
    assert (decision.allowed, decision.because) == (False, "候选人多半已在路上")
    assert decide(case(now=START - timedelta(hours=2)), load(WHOLE)).allowed


def test_the_rules_can_name_a_position_sensitive_and_nobody_can_lower_it() -> None:
    scenes = [{"id": "s", "name": "敏感", "when": {"sensitive": True}, "chain": "会签"}, *WHOLE["scenes"]]
    rules = load(changed(scenes=scenes))
    assert decide(case(position="采购主管"), rules).rule == "s"
    assert decide(case(position="会计", sensitive=True), rules).rule == "s"
    assert decide(case(position="会计"), rules).rule == "else"


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("preset: ", {"preset": "loose"}),
    ("preset: ", {"preset": None}),
    ("title: ", {"title": None}),
    ("title: ", {"title": "一行\n两行"}),
    ("titel: ", {"titel": "x"}),
    ("grace_s: ", {"grace_s": "60"}),
    ("grace_s: ", {"grace_s": True}),
    ("code: ", {"code": 1}),
    ("scenes: ", {"scenes": []}),
    ("scenes: ", {"scenes": {"a": 1}}),
    ("scenes.1: ", {"scenes": ["a"]}),
    ("sensitive_positions: ", {"sensitive_positions": [3]}),
    ("chains.三级: ", {"chains": {**WHOLE["chains"], "三级": []}}),
    ("consequences.罚款.fee: ", {"consequences": {"罚款": {"fee": 100}}}),
    ("notices.必须通知.allways: ", {"notices": {"必须通知": {"allways": True}}}),
]


@pytest.mark.parametrize(("path", "parts"), WRONG, ids=str)
def test_a_mistake_is_named_by_the_path_of_its_key(path: str, parts: dict[str, Any]) -> None:
    assert any(each.startswith(path) for each in problems_of(changed(**parts)))


STEPS: list[tuple[str, dict[str, Any]]] = [
    ("sign", {"sign": "大家签"}),
    ("who", {"who": []}),
    ("who", {"who": ["role:auditor"]}),
    ("who", {"who": ["role:interviewer"]}),
    ("who", {"who": ["liuyang"]}),
    ("who", {"who": ["person:"]}),
    ("who", {"who": ["role:hr", "role:hr"]}),
    ("votes", {"votes": 2}),
    ("votes", {"sign": "票签"}),
    ("votes", {"sign": "票签", "votes": 3, "who": ["person:a", "person:b"]}),
    ("in_turn", {"in_turn": True}),
    ("hours", {"hours": -1}),
    ("otherwise", {"otherwise": "pass"}),
    ("grade", {"grade": "g3"}),
    ("grade", {"grade": "g2"}),
    ("asks", {"asks": ["why"]}),
    ("name", {"name": ""}),
    ("copies", {"copies": ["boss"]}),
    ("deadline", {"deadline": 8}),
]


def test_a_step_may_want_an_authoritys_signature_where_a_signing_service_is_configured() -> None:
    document = changed(chains={**WHOLE["chains"], "三级": [{**STEP, "grade": "g2"}]})
    [wrong] = problems_of(document)
    assert wrong.startswith("chains.三级.1.grade: ")
    assert "signatures" in wrong
    assert load(document).chains["三级"][0].grade == Grade.G2  # what was agreed to before stays readable
    authorities.install(Authority("某某认证", ()))
    try:
        assert load(document, new=True).chains["三级"][0].grade == Grade.G2
    finally:
        authorities.install(None)


@pytest.mark.parametrize(("key", "parts"), STEPS, ids=str)
def test_a_mistake_in_a_chain_is_named_by_chain_step_and_key(key: str, parts: dict[str, Any]) -> None:
    chains = {**WHOLE["chains"], "三级": [STEP, {**STEP, **parts}]}
    assert [each.split(": ")[0] for each in problems_of(changed(chains=chains))] == [f"chains.三级.2.{key}"]


def test_the_first_step_has_nothing_to_run_beside() -> None:
    chains = {**WHOLE["chains"], "三级": [{**STEP, "beside": True}]}
    assert problems_of(changed(chains=chains)) == ("chains.三级.1.beside: 第一步前面没有可以并行的步骤",)


SCENES: list[tuple[str, int, dict[str, Any]]] = [
    ("scenes.2.because", 1, {"because": ""}),
    ("scenes.4.because", 3, {"because": "不必"}),
    ("scenes.1.allow", 0, {"allow": False, "because": "不行"}),
    ("scenes.1.evidence", 0, {"evidence": {"least": 2}}),
    ("scenes.1.evidence", 0, {"evidence": {"least": 1, "kinds": ["file"]}}),
    ("scenes.1.when", 0, {"when": {}}),
    ("scenes.4.when", 3, {"when": {"late": False}}),
    ("scenes.3.id", 2, {"id": "own"}),
    ("scenes.3.chain", 2, {"chain": "四级"}),
    ("scenes.3.notice", 2, {"notice": "电报"}),
    ("scenes.3.consequence", 2, {"consequence": "罚"}),
    ("scenes.3.drafted", 2, {"drafted": True}),
    ("scenes.3.when.hours_below", 2, {"when": {"hours_from": 5, "hours_below": 5}}),
    ("scenes.3.when.reasons", 2, {"when": {"reasons": ["rain"]}}),
    ("scenes.3.when.origin", 2, {"when": {"origin": ["boss"]}}),
    ("scenes.3.when.latte", 2, {"when": {"latte": True}}),
    ("scenes.3.evidence.least", 2, {"evidence": {"least": 3, "most": 2}}),
    ("scenes.3.evidence.kinds", 2, {"evidence": {"kinds": ["oath"]}}),
    ("scenes.3.evidence.files", 2, {"evidence": {"files": ["video"]}}),
    ("scenes.3.evidence.most_mb", 2, {"evidence": {"most_mb": 0}}),
    ("scenes.3.evidence.most_mb", 2, {"evidence": {"most_mb": 11}}),
]


@pytest.mark.parametrize(("path", "index", "parts"), SCENES, ids=str)
def test_a_mistake_in_a_scene_is_named_by_its_place(path: str, index: int, parts: dict[str, Any]) -> None:
    scenes = deepcopy(WHOLE["scenes"])
    scenes[index] |= parts
    assert path in [each.split(": ")[0] for each in problems_of(changed(scenes=scenes))]


@pytest.mark.parametrize("key", ["postpone", "postponing", "undecided"])
def test_rules_that_would_let_the_clock_postpone_an_interview_are_not_loaded(key: str) -> None:
    """Nobody's interview is moved because colleagues did not answer (docs/decisions/0018)."""
    scenes = [{**WHOLE["scenes"][0], key: True}, *WHOLE["scenes"][1:]]
    for document in ({**WHOLE, key: True}, {**WHOLE, "scenes": scenes}):
        with pytest.raises(WrongRules, match=key):
            load(document)


def test_all_mistakes_are_told_at_once() -> None:
    chains = {**WHOLE["chains"], "三级": [{**STEP, "sign": "大家签", "votes": 200}]}
    found = problems_of(changed(titel="x", grace_s=-1, chains=chains))
    assert len(found) == 4
    assert "是不是 title？" in next(each for each in found if each.startswith("titel"))


def problems_of(document: Mapping[str, object]) -> tuple[str, ...]:
    with pytest.raises(WrongRules) as wrong:
        load(document, new=True)
    return wrong.value.problems


@settings(max_examples=300, deadline=None)
@given(documents, facts)
def test_no_rules_can_refuse_a_candidate_or_want_more_than_their_word(document: dict[str, Any], asked: Facts) -> None:
    rules = loaded_or_named(document)
    if rules:
        decision = decide(replace(asked, by_candidate=True), rules)
        assert decision.allowed
        assert decision.evidence <= 1
        assert decision.evidence == 0 or "reply" in decision.proof.kinds


@settings(max_examples=300, deadline=None)
@given(documents, facts)
def test_a_trace_replayed_gives_the_same_answer(document: dict[str, Any], asked: Facts) -> None:
    rules = loaded_or_named(document)
    if rules:
        first = decide(asked, rules)
        assert first.trace is not None
        kept = json.loads(json.dumps(first.trace))
        again = replay(kept, load(json.loads(json.dumps(document))))
        assert again == first
        assert facts_of(kept) == asked
        assert plans_of({"steps": json.loads(json.dumps(as_kept(first.plans)))}) == first.plans
        assert kept["tried"][-1] == {"scene": first.rule, "unmet": []}
        assert all(each["unmet"] for each in kept["tried"][:-1])


def loaded_or_named(document: dict[str, Any]) -> RuleSet | None:
    problems: tuple[str, ...] = ()
    try:
        return load(document)
    except WrongRules as wrong:
        problems = wrong.problems
    assert problems
    assert all(": " in each for each in problems)
    return None


def test_a_trace_is_not_replayed_with_other_rules() -> None:
    trace = decide(case(), load(WHOLE)).trace
    assert trace is not None
    with pytest.raises(OtherRules):
        replay(trace, load(changed(grace_s=61)))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.sampled_from([*WHOLE, "scenes.0", "chains.三级"]), json_values)
def test_anything_at_all_in_a_key_is_read_or_refused_never_a_crash(key: str, value: Any) -> None:
    document = deepcopy(WHOLE)
    if key == "scenes.0":
        document["scenes"][0] = value
    elif key == "chains.三级":
        document["chains"]["三级"] = value
    else:
        document[key] = value
    loaded_or_named(document)


@pytest.mark.parametrize("preset", Preset)
def test_a_base_fills_in_what_a_document_does_not_say(preset: Preset) -> None:
    bases = {str(each): document for each, document in DOCUMENTS.items()}
    whole = resolved({"base": str(preset), "grace_s": 90, "chains": {"另": [STEP]}}, bases)
    rules = load(whole)
    assert (rules.grace_s, rules.scenes) == (90, PRESETS[preset].scenes)
    assert set(rules.chains) == {*PRESETS[preset].chains, "另"}
    assert "base" not in whole


@pytest.mark.parametrize("base", ["loose", 3, None])
def test_a_base_that_is_none_is_named(base: object) -> None:
    with pytest.raises(WrongRules, match="base: "):
        resolved({"base": base}, {"fast": {}})


def test_two_documents_that_say_the_same_have_one_digest() -> None:
    assert digest_of(WHOLE) == digest_of(dict(reversed(WHOLE.items())))
    assert digest_of(WHOLE) != digest_of(changed(grace_s=61))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "第 "),
        ("- a", "一组"),
        ("a: 1\na: 2", "不是能读的"),
        ("a: &x [1]\nb: *x", "不是能读的"),
        ("a: !!python/object:os.system 1", "不是能读的"),
        ("[" * 5000, "不是能读的"),
        ("a: " + "x" * LARGEST, "太大"),
    ],
    ids=range(7),
)
def test_a_file_that_cannot_be_read_says_so(text: str, said: str) -> None:
    with pytest.raises(WrongRules, match=said):
        parsed(text.encode())


def test_words_that_look_like_times_and_dates_stay_words() -> None:
    assert parsed(b"a: 12:30\nb: 2026-12-01\nc: NO\nd: true") == {
        "a": "12:30",
        "b": "2026-12-01",
        "c": "NO",
        "d": True,
    }
