"""How many pieces of evidence a request needs and may have, and of which kinds: read from the rules it keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

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
    """The part of the rules about evidence; `kinds` are `PICTURE`, `DOCUMENT`, `MAIL`.

    `most` counts files alone: a candidate's own words always count and are never one too many.
    """

    least: int = 0
    most: int = MOST
    kinds: tuple[str, ...] = (PICTURE, DOCUMENT, MAIL)
    max_bytes: int = LARGEST

    @property
    def said(self) -> str:
        """Name what is taken, as it is said to a sender."""
        return "、".join(SAID[each] for each in self.kinds)


def rules_of(kept: Mapping[str, object]) -> EvidenceRules:
    """Return the rules of evidence that a request keeps (`CancellationRequest.policy`).

    `evidence` there is a number of pieces, as the oldest rules have it, or a mapping of the fields of EvidenceRules.
    """
    said = kept.get("evidence", 0)
    if not isinstance(said, Mapping):
        return EvidenceRules(least=int(str(said)))
    usual = EvidenceRules()
    kinds = said.get("kinds", usual.kinds)
    return EvidenceRules(
        least=int(str(said.get("least", usual.least))),
        most=int(str(said.get("most", usual.most))),
        kinds=tuple(str(each) for each in kinds if str(each) in SAID)
        if isinstance(kinds, list | tuple)
        else usual.kinds,
        max_bytes=int(str(said.get("max_bytes", usual.max_bytes))),
    )
