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


ALLOWED = (
    Allowed(
        ("digest of evidence",),
        "column in the clear",
        "* evidence.digest",
        "the same bytes twice are one piece: the database compares digests, and a purge takes the row away",
    ),
    Allowed(
        ("digest of evidence",),
        "database file",
        "*",
        "the bytes of the column evidence.digest",
    ),
    Allowed(
        ("digest of evidence",),
        "write-ahead log",
        "*",
        "the bytes of the column evidence.digest",
    ),
    Allowed(
        ("digest of evidence",),
        "backup",
        "*",
        "the bytes of the column evidence.digest",
    ),
)


def reason_of(hit: Hit, test: str) -> str:
    """Return why a value may lie where it was found, or nothing."""
    return next((each.reason for each in ALLOWED if each.covers(hit, test)), "")
