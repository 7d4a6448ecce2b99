"""A document as a PDF file: A4, embedded font, page x/y on each page, language and title set, no markup anywhere."""

import io
from datetime import datetime

from reportlab.pdfgen.canvas import Canvas

from platforms.printing import layout
from platforms.printing.document import Document
from platforms.printing.fonts import NAME, load, printable, width
from platforms.printing.layout import Box, Page, Text


def render(document: Document) -> bytes:
    """Return the file; the same document gives the same bytes.

    Takes about half a second the first time (the font is unpacked) and hundredths after that, without waiting for
    anything: call it in a thread.
    """
    load()
    pages = layout.pages_of(document)
    out = io.BytesIO()
    canvas = Canvas(
        out,
        pagesize=(layout.PAGE_WIDTH, layout.PAGE_HEIGHT),
        initialFontName=NAME,  # type: ignore[arg-type]  # the stub says float
        invariant=1,
        lang=document.language,
        pageCompression=1,
    )
    _describe(canvas, document)
    for number, page in enumerate(pages, start=1):
        _watermark(canvas, [printable(each) for each in document.watermark.split("\n")])
        _marks(canvas, page)
        _footer(canvas, printable(document.footer), f"第 {number}/{len(pages)} 页")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _describe(canvas: Canvas, document: Document) -> None:
    canvas.setTitle(document.title)
    canvas.setAuthor(document.author)
    canvas.setSubject(document.subject)
    canvas.setCreator(document.author)
    canvas.setDateFormatter(lambda *_: _pdf_date(document.made_at))
    canvas.setViewerPreference("DisplayDocTitle", "true")


def _pdf_date(moment: datetime) -> str:
    zone = f"{moment:%z}" or "+0000"
    return f"D:{moment:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"


def _watermark(canvas: Canvas, lines: list[str]) -> None:
    canvas.saveState()
    canvas.setFont(NAME, 13)
    canvas.setFillGray(0.92)
    canvas.translate(layout.PAGE_WIDTH / 2, layout.PAGE_HEIGHT / 2)
    canvas.rotate(30)
    for row in range(-4, 5):
        for x in (-240, 0, 240):
            for place, text in enumerate(lines):
                canvas.drawCentredString(x + (row % 2) * 120 - 60, row * 105 - place * 17, text)
    canvas.restoreState()


def _marks(canvas: Canvas, page: Page) -> None:
    for mark in page:
        if isinstance(mark, Box):
            _box(canvas, mark)
        else:
            _text(canvas, mark)


def _text(canvas: Canvas, mark: Text) -> None:
    canvas.setFont(NAME, mark.size)
    canvas.setFillGray(mark.grey)
    canvas.drawString(mark.x, layout.PAGE_HEIGHT - mark.y, mark.text)


def _box(canvas: Canvas, mark: Box) -> None:
    y = layout.PAGE_HEIGHT - mark.y
    if mark.height == 0:
        canvas.setStrokeGray(mark.grey)
        canvas.setLineWidth(0.4)
        canvas.line(mark.x, y, mark.x + mark.width, y)
    else:
        canvas.setFillGray(mark.grey)
        canvas.rect(mark.x, y - mark.height, mark.width, mark.height, stroke=0, fill=1)


def _footer(canvas: Canvas, text: str, number: str) -> None:
    canvas.setFont(NAME, 7.5)
    canvas.setFillGray(0.35)
    canvas.drawString(layout.LEFT, 34, text)
    canvas.drawString(layout.PAGE_WIDTH - layout.LEFT - width(number, 7.5), 34, number)
