"""T18: a file that is too large, of another kind, or a bomb when it is opened is refused and not kept.

What the head of a file shows, and what its sender is told; the files themselves are opened in a process of their own:
test_t18_files_inspected.py.
"""

import io
import struct
import zipfile
import zlib

import pytest

from models import Evidence, EvidenceBlob
from tests.scenarios.company import Company
from tests.scenarios.steps import PNG, asked_for_evidence
from workflow.errors import Invalid
from workflow.evidence import media_type
from workflow.pictures import MOST_PIXELS, pixels


def png(wide: int, high: int) -> bytes:
    """Write a real PNG of this size, one colour, a few kilobytes however large it is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")


def jpeg(wide: int, high: int, before: bytes = b"") -> bytes:
    """Write the head of a JPEG of this size behind other segments."""
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, high, wide, 3) + bytes(9)
    return b"\xff\xd8" + before + frame + b"\xff\xda" + bytes(64)


def zipped() -> bytes:
    """Return ten megabytes of nothing in ten kilobytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.png", bytes(10_000_000))
    return out.getvalue()


OTHERS = {
    "zip": zipped(),
    "gzip": b"\x1f\x8b\x08" + bytes(20),
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "program": b"MZ" + bytes(100),
    "gif": b"GIF89a" + bytes(100),
    "nothing": b"",
    "a zip that ends like a picture": zipped() + PNG,
    "text that mentions one": b"x\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_picture_and_no_pdf_by_its_own_bytes_is_refused(kind: str) -> None:
    with pytest.raises(Invalid):
        media_type(OTHERS[kind])


@pytest.mark.parametrize(
    "bomb",
    [
        png(100_000, 100_000),
        png(1, MOST_PIXELS + 1),
        jpeg(65_500, 65_500),
        jpeg(65_500, 65_500, b"\xff\xe1" + struct.pack(">H", 500) + bytes(498)),
        jpeg(65_500, 65_500, b"\xff\xff\xff\xff\x01\xff\xd0"),
    ],
)
async def test_a_picture_that_explodes_in_a_viewer_is_refused_and_its_sender_told(
    company: Company, bomb: bytes
) -> None:
    await asked_for_evidence(company)
    await company.sends_file("liuyang", "图.png", bomb)
    await company.sees("liuyang", "图片尺寸太大，没有保存", "编号 E")
    assert (await Evidence.all().count(), await EvidenceBlob.all().count()) == (0, 0)


def test_pictures_as_phones_take_them_are_kept() -> None:
    assert pixels(png(4000, 3000)) == pixels(jpeg(4000, 3000)) == 12_000_000
    assert pixels(jpeg(4000, 3000, b"\xff\xe1" + struct.pack(">H", 60_000) + bytes(59_998))) == 12_000_000


@pytest.mark.parametrize(
    "cut", [b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8" + b"\xff" * 3000, b"\xff\xd8\xff\xe0\x00\x00" * 99]
)
def test_a_picture_that_is_cut_off_stops_nothing(cut: bytes) -> None:
    assert pixels(cut) == 0
