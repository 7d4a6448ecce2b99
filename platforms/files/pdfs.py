"""PDFs: every object is looked at, also inside object streams; what a reader would run or unpack for ever is refused.

Pages are not drawn: no library of ours can. A person opens what was checked here with their own reader.
"""

import importlib
import io
import re
import zlib
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from platforms.files.foreign import refuse_others_inside
from platforms.files.kinds import PDF
from platforms.files.pictures import MOST_PIXELS
from platforms.files.verdict import Refuse, Shown, Verdict

importlib.import_module("pyhanko.pdf_utils.filters")  # which it loads late, when no file can be opened any more
MOST_PAGES = 50
MOST_OBJECTS = 20_000
MOST_UNPACKED = 200_000_000  # bytes, of all streams together
_PIECE = 1 << 20
ACTIVE = {
    "/JavaScript": "script",
    "/JS": "script",
    "/Launch": "launch",
    "/SubmitForm": "launch",
    "/ImportData": "launch",
    "/GoToE": "attachment",
    "/EmbeddedFile": "attachment",
    "/EmbeddedFiles": "attachment",
    "/RichMedia": "media",
    "/RichMediaExecute": "media",
    "/Movie": "media",
    "/XFA": "script",
}
_NAME = re.compile(rb"/(?:[A-Za-z]|#[0-9A-Fa-f]{2}){2,40}(?![A-Za-z0-9#])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)


def inspect(content: bytes) -> Verdict:
    """Return what a PDF is; raises Refuse for a locked, torn, active or overfull one."""
    refuse_others_inside(content, content[:16])
    if b"%%EOF" not in content[-2048:]:
        raise Refuse("broken")
    _refuse_names(content)
    try:
        pages = _walk(PdfFileReader(io.BytesIO(content), strict=False))
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, zlib.error) as error:
        raise Refuse("broken") from error
    return Verdict(media_type=PDF, facts=(("pages", pages),))


def draw(content: bytes) -> Shown:
    """Return what is said of a PDF; it is opened outside."""
    return Shown(lines=(("页数", str(dict(inspect(content).facts)["pages"])),))


def _refuse_names(content: bytes) -> None:
    """Refuse what no table of the file mentions but a reader that mends files would find."""
    for found in _NAME.finditer(_STREAM.sub(b" ", content)):
        name = _ESCAPE.sub(lambda each: bytes([int(each[1], 16)]), found[0]).decode("latin-1")
        if name in ACTIVE:
            raise Refuse("pdf-active", ACTIVE[name])


def _walk(reader: PdfFileReader) -> int:
    """Look at every object and return how many of them are pages."""
    if reader.encrypted:
        raise Refuse("pdf-locked")
    pages = unpacked = 0
    for value in _objects(reader):
        for each in _dictionaries(value):
            _refuse_active(each)
            pages += each.get("/Type") == "/Page"
        if isinstance(value, generic.StreamObject):
            unpacked += _size(value, MOST_UNPACKED - unpacked)
        if pages > MOST_PAGES:
            raise Refuse("pdf-pages")
    if not pages:
        raise Refuse("broken")
    return pages


def _objects(reader: PdfFileReader) -> Iterator[generic.PdfObject]:
    references = set()
    for revision in range(reader.xrefs.total_revisions):
        references |= {(each.idnum, each.generation) for each in reader.xrefs.explicit_refs_in_revision(revision)}
        if len(references) > MOST_OBJECTS:
            raise Refuse("pdf-heavy")
    for number, generation in sorted(references):
        yield reader.get_object(generic.Reference(number, generation, reader))  # type: ignore[no-untyped-call]


def _dictionaries(value: object) -> Iterator[generic.DictionaryObject]:
    """Yield a dictionary and those that stand in it directly; what it refers to is an object of its own."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, generic.DictionaryObject):
            yield each
            waiting += [each.raw_get(key) for key in each]
        elif isinstance(each, generic.ArrayObject):
            waiting += [each.raw_get(index) for index in range(len(each))]


def _refuse_active(entry: generic.DictionaryObject) -> None:
    said = {str(key) for key in entry} | {
        str(entry.raw_get(key)) for key in ("/S", "/Subtype", "/Type") if key in entry
    }
    for name in said & ACTIVE.keys():
        raise Refuse("pdf-active", ACTIVE[name])
    wide, high = entry.get("/Width"), entry.get("/Height")
    if isinstance(wide, int) and isinstance(high, int) and wide * high > MOST_PIXELS:
        raise Refuse("pixels")


def _size(stream: generic.StreamObject, most: int) -> int:
    """Return what a stream unpacks to, piece by piece, or refuse once it is more than `most`."""
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, generic.ArrayObject) else [str(filters)]
    packs = [each for each in names if each in ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL")]
    if len(packs) > 1:
        raise Refuse("pdf-heavy")
    data = stream.encoded_data
    if names[0] not in ("/FlateDecode", "/Fl"):
        return len(data)
    return _inflated(data, most)


def _inflated(data: bytes, most: int) -> int:
    unpack, rest, size = zlib.decompressobj(), data, 0
    while rest and not unpack.eof:
        size += len(unpack.decompress(rest, _PIECE))
        rest = unpack.unconsumed_tail
        if size > most:
            raise Refuse("pdf-heavy")
    return size
