"""What came of an import: counts, errors and warnings, each with the row as people count in a spreadsheet."""

from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """How the command ends."""

    CLEAN = 0
    SOME_REJECTED = 1
    UNREADABLE = 2


class Unreadable(Exception):
    """The file or its mapping cannot be used at all; the text says in Chinese what to change."""


class Fault(Exception):
    """One cell cannot be used. `code` is stable; `message` is for the person who repairs the file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, order=True)
class Finding:
    """One error or warning; the header is row 1, `column` is our name of the field."""

    row: int
    column: str
    code: str
    message: str


@dataclass
class Report:
    """The outcome of one import. Every row is imported, updated or rejected; a rejected row may have several errors."""

    rows: int = 0
    imported: int = 0
    updated: int = 0
    rejected: int = 0
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def reject(self, findings: list[Finding]) -> None:
        """Count one row as rejected, whatever the number of its faults."""
        self.rejected += 1
        self.errors += findings

    @property
    def exit(self) -> Exit:
        """Return how the command ends."""
        return Exit.SOME_REJECTED if self.rejected else Exit.CLEAN

    def as_json(self) -> dict[str, Any]:
        """Return the document of `--json`."""
        return {**asdict(self), "errors": _sorted(self.errors), "warnings": _sorted(self.warnings)}


def _sorted(findings: list[Finding]) -> list[dict[str, Any]]:
    return [asdict(finding) for finding in sorted(findings, key=lambda each: each.row)]
