"""What a request keeps of the rules of evidence is read back as it was; the oldest requests keep a number."""

from models import EvidenceKind
from tests.unit.workflow.rules_written import WHOLE
from workflow.evidence_rules import EvidenceRules, as_kept, rules_of
from workflow.rules.loading import load
from workflow.rules.words import proof


def test_what_is_kept_is_read_back() -> None:
    rules = EvidenceRules(2, 5, (EvidenceKind.REPLY,), ("pdf",), 3 * 2**20)
    assert rules_of({"evidence": as_kept(rules)}) == rules


def test_the_oldest_requests_keep_how_many() -> None:
    assert rules_of({"evidence": 1}) == EvidenceRules(least=1)
    assert rules_of({}) == EvidenceRules()


def test_a_scene_says_which_files_and_how_large() -> None:
    last = {**WHOLE["scenes"][-1], "evidence": {"least": 1, "files": ["picture", "mail"], "most_mb": 3}}
    scene = load({**WHOLE, "scenes": [*WHOLE["scenes"][:-1], last]}).scenes[-1]
    assert (scene.proof.rules.kinds, scene.proof.rules.max_bytes) == (("picture", "mail"), 3 * 2**20)
    assert "文件只收图片（PNG、JPG、WebP）、邮件（.eml），每份不超过 3 MB" in proof(scene.proof)
