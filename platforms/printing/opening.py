"""Does a file open, and does it carry anything that acts? PDF and pictures, as other programs read them."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes

from platforms.printing.signing import Signing

MOST_PIXELS = 50_000_000  # a larger picture is not drawn, only measured
MOST_OBJECTS = 20_000
ACTING = frozenset(
    {
        "/JS",
        "/JavaScript",
        "/Launch",
        "/EmbeddedFiles",
        "/EmbeddedFile",
        "/RichMedia",
        "/XFA",
        "/SubmitForm",
        "/ImportData",
    }
)
"""Names by which a PDF runs a program, carries other files or sends what is in it."""


@dataclass(frozen=True)
class Opened:
    """What was seen: `said` in Chinese; `acting` are names of active content, sorted."""

    usable: bool
    said: str
    acting: tuple[str, ...] = ()


def opened(content: bytes, media_type: str) -> Opened:
    """Open a file of this type whole; takes a moment: call it in a thread."""
    if media_type == "application/pdf":
        return _pdf(content)
    if media_type.startswith("image/"):
        return _picture(content)
    if media_type == "message/rfc822":
        fields = message_from_bytes(content).keys()
        return Opened(bool(fields), f"邮件，头部 {len(fields)} 项")
    try:
        return Opened(True, f"文字 {len(content.decode())} 个字符")
    except UnicodeDecodeError:
        return Opened(False, "不是 UTF-8 文字")


def _picture(content: bytes) -> Opened:
    from reportlab.lib.utils import ImageReader

    try:
        picture = ImageReader(io.BytesIO(content))
        across, down = picture.getSize()
        if across * down <= MOST_PIXELS:
            picture.getRGBData()  # type: ignore[no-untyped-call]
    except Exception as wrong:  # the decoders of each format have their own trees
        return Opened(False, f"图片打不开（{type(wrong).__name__}）")
    whole = "" if across * down <= MOST_PIXELS else "，太大，只读了尺寸"
    return Opened(True, f"图片 {across}×{down}{whole}")


def _pdf(content: bytes) -> Opened:
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            return Opened(False, "PDF 加了口令，打不开")
        pages = int(reader.root["/Pages"]["/Count"])
        acting = sorted(set(_acting(reader.root)))
    except Exception as wrong:  # a file that came from outside can be broken in any way
        return Opened(False, f"PDF 打不开（{type(wrong).__name__}）")
    return Opened(pages > 0, f"PDF {pages} 页", tuple(acting))


def _acting(root: object) -> Iterator[str]:
    """Walk everything that the catalogue leads to and yield the names of what acts."""
    from pyhanko.pdf_utils import generic

    seen: set[tuple[int, int]] = set()
    left: list[object] = [root]
    count = 0
    while left and (count := count + 1) <= MOST_OBJECTS:
        each = left.pop()
        if isinstance(each, generic.IndirectObject):
            place = (each.idnum, each.generation)
            if place not in seen:
                seen.add(place)
                left.append(each.get_object())  # type: ignore[no-untyped-call]
        elif isinstance(each, generic.DictionaryObject):
            yield from (str(key) for key in each if str(key) in ACTING)
            yield from (
                str(value) for value in each.values() if isinstance(value, generic.NameObject) and value in ACTING
            )
            left += [each.raw_get(key) for key in each]
        elif isinstance(each, generic.ArrayObject):
            left += [each.raw_get(place) for place in range(len(each))]
    if left:
        yield "/TooManyObjects"


def intact(pdf: bytes, signing: Signing) -> bool:
    """Tell whether a PDF carries one signature by this certificate over all of it, unbroken; call it in a thread."""
    return asyncio.run(_intact(pdf, signing))


async def _intact(pdf: bytes, signing: Signing) -> bool:
    from pyhanko.keys import load_certs_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    roots = list(load_certs_from_pemder([str(signing.certificate_file)]))  # type: ignore[no-untyped-call]
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        return False
    trusted = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = await async_validate_pdf_signature(found[0], trusted, ts_validation_context=trusted)
    ours = found[0].signer_cert.dump() == roots[0].dump()
    return bool(ours and status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE)
