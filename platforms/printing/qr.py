"""A QR code as the dark runs of its rows, for whoever draws it."""

from dataclasses import dataclass

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel


@dataclass(frozen=True)
class Run:
    """Dark modules side by side, in modules from the upper left."""

    x: int
    y: int
    width: int


@dataclass(frozen=True)
class Code:
    """A QR code of `size` times `size` modules, without the quiet zone around it."""

    size: int
    runs: tuple[Run, ...]


def code_of(text: str) -> Code:
    """Return the QR code of a text, readable with 15 % of it covered (level M)."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size: int = code.getModuleCount()  # type: ignore[no-untyped-call]
    rows = [[bool(code.isDark(y, x)) for x in range(size)] for y in range(size)]  # type: ignore[no-untyped-call]
    return Code(size, tuple(run for y, row in enumerate(rows) for run in _runs(y, row)))


def _runs(y: int, row: list[bool]) -> list[Run]:
    starts = [x for x, dark in enumerate(row) if dark and (x == 0 or not row[x - 1])]
    return [Run(x, y, next((end for end in range(x, len(row)) if not row[end]), len(row)) - x) for x in starts]
