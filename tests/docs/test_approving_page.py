"""docs/approving.md names every fact that makes a request stand out, with the weight it has."""

import re
from pathlib import Path

from workflow.risk import ALONE, WEIGHTS

PAGE = (Path(__file__).parent.parent.parent / "docs/approving.md").read_text(encoding="utf-8")


def test_the_table_of_weights_is_the_one_that_is_used() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \| [^|]+ \| ([0-9]+) \|$", PAGE, re.MULTILINE)
    assert {fact: int(weight) for fact, weight in rows} == WEIGHTS
    assert f"分量满 {ALONE} 的要逐一看" in PAGE
