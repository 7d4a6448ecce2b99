"""How many pieces of evidence a request needs and may have, and of which kinds: read from the rules it keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

from models import EvidenceKind

PICTURE, DOCUMENT, MAIL = "picture", "pdf", "mail"
KINDS = {
    "image/png": PICTURE,
    "image/jpeg": PICTURE,
    "image/webp": PICTURE,
    "application/pdf": DOCUMENT,
    "message/rfc822": MAIL,
}
SAID = {PICTURE: "图片（PNG、JPG、WebP）", DOCUMENT: "PDF", MAIL: "邮件（.eml）"}
LARGEST = 10 * 1024 * 1024  # bytes
MOST = 20


@dataclass(frozen=True)
class EvidenceRules:
    """The part of the rules about evidence; `kinds` of files are `PICTURE`, `DOCUMENT`, `MAIL`.

    `least` counts what `counts` names. `most` counts files alone: a candidate's own words are never one too many.
    """

    least: int = 0
    most: int = MOST
    counts: tuple[EvidenceKind, ...] = (EvidenceKind.FILE, EvidenceKind.REPLY)
    kinds: tuple[str, ...] = (PICTURE, DOCUMENT, MAIL)
    max_bytes: int = LARGEST

    @property
    def said(self) -> str:
        """Name what is taken, as it is said to a sender."""
        return "、".join(SAID[each] for each in self.kinds)


def rules_of(kept: Mapping[str, object]) -> EvidenceRules:
    """Return the rules of evidence that a request keeps (`CancellationRequest.policy`).

    `evidence` there is a number of pieces, as the oldest requests have it, or what `as_kept` gives.
    """
    said, usual = kept.get("evidence", 0), EvidenceRules()
    if not isinstance(said, Mapping):
        return EvidenceRules(least=int(str(said)))
    return EvidenceRules(
        least=int(said.get("least", usual.least)),
        most=int(said.get("most", usual.most)),
        counts=tuple(EvidenceKind(each) for each in said.get("counts", usual.counts)),
        kinds=tuple(str(each) for each in said.get("kinds", usual.kinds)),
        max_bytes=int(said.get("max_bytes", usual.max_bytes)),
    )


def as_kept(rules: EvidenceRules) -> dict[str, object]:
    """Return the form in which a request keeps them: JSON that `rules_of` reads back."""
    return {
        "least": rules.least,
        "most": rules.most,
        "counts": [str(each) for each in rules.counts],
        "kinds": list(rules.kinds),
        "max_bytes": rules.max_bytes,
    }
