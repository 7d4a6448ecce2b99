"""From a document to pages of marks: where each line of text, each rule and each grey box stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from platforms.printing.breaking import broken
from platforms.printing.document import Document
from platforms.printing.fonts import printable, width

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89  # A4 in points
LEFT, TOP, BOTTOM = 48.0, 54.0, 58.0
INNER = PAGE_WIDTH - 2 * LEFT
TITLE, BODY, SMALL = 16.0, 9.0, 8.0
LEADING = 1.45  # of the size
PADDING = 3.5
LABEL = 78.0  # width of the facts' labels


@dataclass(frozen=True)
class Text:
    """One line; `y` is its base line, measured from the top of the page."""

    x: float
    y: float
    text: str
    size: float
    grey: float = 0.0


@dataclass(frozen=True)
class Box:
    """A filled rectangle; one of height 0 is a rule."""

    x: float
    y: float
    width: float
    height: float
    grey: float


Page = list[Text | Box]


@dataclass
class Flow:
    """Pages that fill from top to bottom; `heading` is repeated at the top of each page after the first."""

    heading: str
    pages: list[Page] = field(default_factory=lambda: [[]])
    y: float = TOP

    @property
    def room(self) -> float:
        """Return what is left of this page."""
        return PAGE_HEIGHT - BOTTOM - self.y

    def turn(self) -> None:
        """Begin a page."""
        self.pages.append([Text(LEFT, TOP - 18, self.heading, SMALL, 0.45)])
        self.y = TOP

    def need(self, height: float) -> bool:
        """Begin a page unless this much is left; tell whether it did."""
        if self.room >= height:
            return False
        self.turn()
        return True

    def write(self, text: str, size: float, x: float = LEFT, across: float = INNER, grey: float = 0.0) -> None:
        """Write a paragraph, over as many pages as it takes."""
        for line in broken(printable(text), across, lambda part: width(part, size)):
            self.need(size * LEADING)
            self.pages[-1].append(Text(x, self.y + size, line, size, grey))
            self.y += size * LEADING

    def put(self, *marks: Text | Box) -> None:
        """Put marks on the page that is being filled."""
        self.pages[-1].extend(marks)


def pages_of(document: Document) -> list[Page]:
    """Return the document's pages, without what only drawing adds: footer, page number and watermark."""
    flow = Flow(printable(document.title))
    flow.write(document.title, TITLE)
    flow.y += 6
    for label, text in document.facts:
        _fact(flow, label, text)
    flow.y += 6
    _table(flow, document)
    flow.y += 8
    for note in document.notes:
        flow.write(note, SMALL, grey=0.15)
        flow.y += 2
    return flow.pages


def _fact(flow: Flow, label: str, text: str) -> None:
    flow.need(BODY * LEADING)
    flow.put(Text(LEFT, flow.y + BODY, printable(label), BODY, 0.45))
    flow.write(text, BODY, LEFT + LABEL, INNER - LABEL)


def _table(flow: Flow, document: Document) -> None:
    total = sum(each.share for each in document.columns)
    widths = [each.share / total * INNER for each in document.columns]
    titles = [each.title for each in document.columns]
    _header(flow, titles, widths)
    for row in document.rows:
        _row(flow, _cells(row, widths), widths, titles)


def _cells(texts: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
    return [
        broken(printable(text), across - 2 * PADDING, lambda part: width(part, SMALL))
        for text, across in zip(texts, widths, strict=True)
    ]


def _header(flow: Flow, titles: Sequence[str], widths: Sequence[float]) -> None:
    cells = _cells(titles, widths)
    height = _height(cells)
    flow.need(height + 3 * SMALL * LEADING)
    flow.put(Box(LEFT, flow.y, INNER, height, 0.9))
    _draw(flow, cells, widths)


def _height(cells: Sequence[Sequence[str]]) -> float:
    return max(len(each) for each in cells) * SMALL * LEADING + 2 * PADDING


def _row(flow: Flow, cells: list[list[str]], widths: Sequence[float], titles: Sequence[str]) -> None:
    """Draw one row whole; one that is taller than what a fresh page holds goes on over pages."""
    whole = PAGE_HEIGHT - TOP - BOTTOM - _height(_cells(titles, widths))
    if _height(cells) <= whole and flow.need(_height(cells)):
        _header(flow, titles, widths)
    while _height(cells) > flow.room:
        fits = int((flow.room - 2 * PADDING) / (SMALL * LEADING))
        if fits > 0:
            _draw(flow, [each[:fits] for each in cells], widths)
            cells = [each[fits:] for each in cells]
        flow.turn()
        _header(flow, titles, widths)
    _draw(flow, cells, widths)


def _draw(flow: Flow, cells: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    height, x = _height(cells), LEFT
    for lines, across in zip(cells, widths, strict=True):
        for place, line in enumerate(lines):
            flow.put(Text(x + PADDING, flow.y + PADDING + SMALL + place * SMALL * LEADING, line, SMALL))
        x += across
    flow.y += height
    flow.put(Box(LEFT, flow.y, INNER, 0, 0.75))
