"""Where a value may lie, and why: everything else is a leak."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.canary.searching import Hit


@dataclass(frozen=True)
class Allowed:
    """One kind of artefact that is entitled to some kinds of values; each part is a pattern as in file names."""

    values: tuple[str, ...]
    artefact: str
    where: str
    reason: str
    test: str = "*"

    def covers(self, hit: Hit, test: str) -> bool:
        """Tell whether this is why a value may lie there."""
        asked = ((hit.artefact.kind, self.artefact), (hit.artefact.where, self.where), (test, self.test))
        return all(fnmatchcase(*each) for each in asked) and any(fnmatchcase(hit.value_kind, v) for v in self.values)


DIGESTS = ("column in the clear", "database file", "write-ahead log", "backup")
WORDS = ("cancellation_request.reason_text", "step.comment", "card.state", "inbound_message.content")
ALLOWED = (
    *(
        Allowed(
            ("digest of evidence",),
            kind,
            "* evidence.digest" if kind == "column in the clear" else "*",
            "the same bytes twice are one piece: the database compares digests, and a purge takes the row away",
        )
        for kind in DIGESTS
    ),
    Allowed(
        ("bytes of evidence",),
        "member of a pack",
        "*.zip/evidence/*",
        "a case pack has the evidence for a reader with the right to it (workflow/openings.py); the export is recorded",
    ),
    *(
        Allowed(("employee.name",), kind, where, "who did what, and who took it out, is what a print is for")
        for kind, where in (
            ("member of a pack", "*.zip/说明.txt"),
            ("text of a PDF", "*timeline.pdf as text"),
            ("text of a PDF", "*log.pdf as text"),
            ("member of a workbook", "*log.xlsx/xl/worksheets/sheet1.xml"),
        )
    ),
    Allowed(
        WORDS,
        "text of a PDF",
        "*timeline.pdf as text",
        "a decision is read with its reason; the candidate's own data in it is masked",
    ),
    *(
        Allowed(
            ("candidate.name",),
            kind,
            where,
            "刘洋 is the candidate's HR and may see names; a reader who may not gets no openings and a masked print",
            "tests/threats/test_t17_hostile_file_names.py::*",
        )
        for kind, where in (
            ("member of a pack", "open out/pack.zip/openings.jsonl"),
            ("text of a PDF", "open out/pack.zip/timeline.pdf as text"),
        )
    ),
)


def reason_of(hit: Hit, test: str) -> str:
    """Return why a value may lie where it was found, or nothing."""
    return next((each.reason for each in ALLOWED if each.covers(hit, test)), "")
