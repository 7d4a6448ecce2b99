"""Nobody who reads a timeline meets a code: whatever the program can record has its words."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cards import attempts, buttons, outcomes
from cards import timeline as words
from handlers import entry_links, evidence_words
from notifier.messages import NOTICES
from workflow import (
    archive_words,
    delegating,
    erasing,
    erasing_words,
    errors,
    export_requests,
    export_words,
    factors,
    purge_proposals,
    rights,
    rules_proposals,
)
from workflow.errors import Refusal

ROOT = Path(__file__).parents[3]
OURS = ("workflow", "handlers", "bot", "notifier", "platforms")
ERRORS = {"Temporary", "Unknown", "AlreadyDone", "Unreachable", "Refused", "Misconfigured"}
CHINESE = re.compile(r"[一-鿿]")


@functools.cache
def tree_of(folder: str) -> dict[Path, ast.AST]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return {each.relative_to(ROOT): ast.parse(each.read_text("utf-8")) for each in files}


def nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for folder in folders:
        for file, tree in tree_of(folder).items():
            yield from ((file, node) for node in ast.walk(tree))


def calls(*folders: str) -> Iterator[ast.Call]:
    yield from (node for _, node in nodes(*folders) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def texts(node: ast.AST) -> set[str]:
    """Return the words of an expression: a constant's, or each of `a if x else b`."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else set()


def refusals() -> set[str]:
    """Return the code of every refusal that is raised anywhere; an AlreadyDecided has its words in place of a code."""
    kinds = {kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type)}
    found = {kind.code for kind in kinds.values() if issubclass(kind, Refusal)}
    for call in calls(*OURS):
        if name_of(call) in kinds and name_of(call) != "AlreadyDecided" and call.args:
            found |= texts(call.args[0])
    return found


def given() -> set[str]:
    """Return every reason that is written out where something is recorded or refused."""
    found = set()
    for call in calls("workflow", "handlers", "bot", "notifier"):
        found |= {text for each in call.keywords if each.arg == "why" for text in texts(each.value)}
        if name_of(call) in ("_record_attempt", "note_refused", "_refused", "lost"):
            found |= {text for each in call.args for text in texts(each)}
    return found - {"export", "rules"}  # what was tried


def on_the_wire() -> set[str]:
    """Return the codes that our own clients give; what a platform answers itself is a number or its own word."""
    raised = [call for call in calls("platforms", "notifier") if name_of(call) in ERRORS and call.args]
    return {text for call in raised for text in texts(call.args[0])}


def of_tables() -> set[str]:
    """Return the reasons that are looked up rather than written out."""
    kinds = (rights, purge_proposals, export_requests, erasing, delegating, rules_proposals)
    proposals = {code for each in kinds for code in (each.KIND.nobody, each.KIND.late, each.KIND.absent)}
    verdicts = {str(each) for each in factors.Verdict} - {"right"}
    files = {f"{evidence_words.PREFIX}{each}" for each in evidence_words.WHY}
    return proposals | verdicts | files | {*archive_words.FAULTS, *erasing_words.WHY_NOT}


@pytest.mark.parametrize("collected", [refusals, given, of_tables, on_the_wire])
def test_every_reason_that_can_be_recorded_has_words(collected: object) -> None:
    codes = collected()  # type: ignore[operator]
    assert len(codes) > 5
    assert sorted(code for code in codes if not CHINESE.search(outcomes.WHY.get(code, ""))) == []


def test_a_reason_has_words_and_no_code_in_them() -> None:
    bad = {code: said for code, said in outcomes.WHY.items() if re.search(r"[a-z]", said) or len(said) > 16}
    assert bad == {}


def test_every_action_that_can_be_recorded_has_a_name() -> None:
    nouns = {each.split(".")[0] for each in words.ACTIONS} | {"program", "clock", "settings", "database"}
    kind = re.compile(rf"(?:{'|'.join(sorted(nouns))})\.[a-z_]+")
    found = {
        node.value: str(file)
        for file, node in nodes("workflow", "handlers", "bot", "notifier")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and kind.fullmatch(node.value)
    }
    files = {each for each in found if re.fullmatch(r".*\.(html|js|txt|yaml|json|jsonl|toml|signing_key_file)", each)}
    assert len(found) > 80
    assert {each: found[each] for each in set(found) - files - set(words.ACTIONS)} == {}


def test_every_door_has_a_name() -> None:
    acts = [call for call in calls("workflow", "handlers", "bot", "notifier") if name_of(call) == "Act"]
    doors = {text for call in acts if len(call.args) > 1 for text in texts(call.args[1])}
    assert {"clock", "page", "cli"} <= doors
    assert doors - set(words.DOORS) == set()


def test_every_notice_has_a_name() -> None:
    assert set(NOTICES) - set(words.TOPICS) == set()


def test_every_form_of_an_export_has_a_name() -> None:
    assert {*export_words.FORMS, "pdf", "pack", "text"} - set(words.FORMATS) == set()


def test_whatever_was_tried_has_a_name() -> None:
    assert (buttons.ACTIONS | set(entry_links.ACTIONS)) - set(attempts.TRIED) == set()
    assert {"text", "press", "file", "voice", "other", "export", "cancel", "reschedule"} <= set(attempts.TRIED)


def test_whatever_was_missing_has_a_name() -> None:
    missing = [call for call in calls("workflow", "handlers") if name_of(call) == "Missing" and not call.args]
    said = {text for call in missing for each in call.keywords if each.arg == "what" for text in texts(each.value)}
    assert {"approver", "reason", "still-needed"} <= said
    assert said - set(attempts.MISSED) == set()
