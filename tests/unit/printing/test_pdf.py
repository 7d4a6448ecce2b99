"""The printed file: every character readable, every page numbered, nothing cut off, and small."""

import io
import logging
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from pypdf import PdfReader

from platforms.printing import layout
from platforms.printing.document import Column, Document
from platforms.printing.layout import Text, pages_of
from platforms.printing.pdf import render

AT = datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=8)))
LONG = "候选人因家中老人突发疾病需返乡照料，无法按原定时间参加面试；已电话沟通确认。"


def document(*rows: tuple[str, str, str], **more: object) -> Document:
    values: dict[str, object] = {
        "title": "时间轴 · Q20261124-001",
        "facts": (("候选人", "马*（尾号5566）"),),
        "columns": (Column("记录", 1), Column("时间", 2), Column("事项", 5)),
        "rows": rows,
        "notes": ("日志摘要 " + "ab" * 32,),
        "footer": "守约 · 孙静（审计）打印",
        "watermark": "u_0123456789abcdef",
        "made_at": AT,
    }
    return Document(**{**values, **more})  # type: ignore[arg-type]


def steps(count: int) -> list[tuple[str, str, str]]:
    return [(f"#{place}", "2026-11-24 10:30:00", f"同意，附言「第 {place} 步」") for place in range(1, count + 1)]


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def test_sixty_steps_go_over_pages_that_say_which_of_how_many_they_are() -> None:
    found = read(render(document(*steps(60))))
    texts = [page.extract_text() for page in found.pages]
    assert len(texts) > 1
    assert [f"第 {place}/{len(texts)} 页" in text for place, text in enumerate(texts, 1)] == [True] * len(texts)
    assert [all(word in text for word in ("记录", "时间", "事项")) for text in texts] == [True] * len(texts)
    everything = "".join(texts)
    assert all(f"「第 {place} 步」" in everything for place in range(1, 61))
    assert everything.count("u_0123456789abcdef") >= len(texts)


def test_a_row_taller_than_a_page_goes_on_and_nothing_of_it_is_lost() -> None:
    words = "".join(f"{place}：{LONG}" for place in range(150))
    pages = pages_of(document(("1", "t", words)))
    assert len(pages) > 2
    lines = [mark for page in pages for mark in page if isinstance(mark, Text)]
    column = next(mark.x for mark in lines if mark.text == "事项")
    assert "".join(mark.text for mark in lines if mark.x == column and mark.text != "事项") == words


@pytest.mark.parametrize("count", [0, 1, 23, 60, 200])
def test_no_line_stands_on_another_or_outside_the_page(count: int) -> None:
    rows = [(place, at, what * (1 + int(place[1:]) % 7)) for place, at, what in steps(count)]
    for page in pages_of(document(*rows)):
        marks = [mark for mark in page if isinstance(mark, Text)]
        assert all(layout.TOP - 20 < mark.y <= layout.PAGE_HEIGHT - layout.BOTTOM + 1 for mark in marks)
        for x in {mark.x for mark in marks}:
            column = sorted(mark.y for mark in marks if mark.x == x)
            assert all(below - above > layout.SMALL for above, below in pairwise(column))


def test_rare_names_can_be_read_and_copied() -> None:
    text = read(render(document(("1", "t", "骉龘㐂堃喆𬇹𫘧𬀩 囍"))))
    assert "骉龘㐂堃喆𬇹𫘧𬀩 囍" in text.pages[0].extract_text()


def test_a_character_without_a_glyph_is_named_and_logged_never_a_box(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        text = read(render(document(("1", "t", "𠮷田\u202e太郎\x07")))).pages[0].extract_text()
    assert "〔U+20BB7〕田〔U+202E〕太郎〔U+0007〕" in text
    assert "U+20BB7" in caplog.text
    assert "太郎" not in caplog.text


def test_only_the_characters_that_are_used_are_embedded_and_no_font_is_borrowed_from_the_reader() -> None:
    content = render(document(*steps(60)))
    assert len(content) < 200_000
    fonts = read(content).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    kept = [fonts[name].get_object() for name in fonts]
    assert [each["/FontDescriptor"]["/FontFile2"] is not None for each in kept] == [True] * len(kept)
    assert all("+NotoSansSC" in each["/BaseFont"] for each in kept)


def test_the_file_names_its_title_its_language_and_when_it_was_made() -> None:
    found = read(render(document()))
    assert found.root_object["/Lang"] == "zh-CN"
    assert found.metadata is not None
    assert found.metadata.title == "时间轴 · Q20261124-001"
    assert found.metadata.creation_date == AT


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render(document(*steps(3))) == render(document(*steps(3)))


def test_what_looks_like_markup_is_text() -> None:
    words = "<b>同意</b> &amp; <a href='http://evil.example'>点这里</a>"
    found = read(render(document(("1", "t", words)))).pages[0]
    assert words.replace(" ", "") in found.extract_text().replace("\n", "").replace(" ", "")
    assert "/Annots" not in found
