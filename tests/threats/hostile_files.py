"""Files as an attacker makes them, each a real one of its kind: bombs, double files, torn and active ones."""

import io
import struct
import zipfile
import zlib
from email.message import EmailMessage

from PIL import Image
from pyhanko.pdf_utils import generic, writer
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from tests import pictures
from tests.pictures import saved

PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG that carries one more chunk."""
    whole = pictures.png()
    return whole[: -len(PNG_END)] + chunk(kind, data) + PNG_END


def png(wide: int, high: int) -> bytes:
    """Write a real PNG of this size, one colour, a few kilobytes however large it is."""
    head = struct.pack(">IIBBBBB", wide, high, 1, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(64)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


def zipped(name: str = "0.png", content: bytes = bytes(10_000_000)) -> bytes:
    """Return ten megabytes of nothing in ten kilobytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def moving(form: str) -> bytes:
    """Return a picture with three frames."""
    frames = [pictures.blocks(each, (60, 60)) for each in range(3)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:])


def pdf(pages: int = 2) -> bytes:
    """Return a harmless PDF."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in range(pages):
        canvas.drawString(50, 700, f"page {page}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _changed(change: str) -> bytes:
    made = PdfWriter(clone_from=io.BytesIO(pdf()))
    if change == "attachment":
        made.add_attachment("x.exe", b"MZ")
    else:
        made.encrypt("secret")
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def hidden_in_object_stream(entry: dict[str, str]) -> bytes:
    """Return a PDF whose catalogue opens with an action that stands compressed in an object stream."""
    made = writer.PdfFileWriter(stream_xrefs=True)
    page = generic.DictionaryObject(
        {generic.pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 9, 9)))}
    )
    page[generic.pdf_name("/Type")] = generic.pdf_name("/Page")
    made.insert_page(page)
    action = generic.DictionaryObject({generic.pdf_name(key): generic.pdf_name(value) for key, value in entry.items()})
    made.root[generic.pdf_name("/OpenAction")] = made.add_object(action, obj_stream=made.prepare_object_stream())
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def pdf_with_stream(data: bytes, filters: str = "/FlateDecode", more: str = "") -> bytes:
    """Return a PDF that holds one more stream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        f"<</Length {len(data)}/Filter {filters}{more}>>stream\n".encode() + data + b"\nendstream",
    ]
    return from_objects(objects)


def from_objects(objects: list[bytes]) -> bytes:
    """Return a PDF of these objects, the first of them its catalogue."""
    out, places = io.BytesIO(b"%PDF-1.7\n"), []
    out.seek(0, io.SEEK_END)
    for number, each in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + each + b"\nendobj\n")
    table = out.tell()
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode())
    out.write(f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode())
    return out.getvalue()


def acting(key: str) -> bytes:
    """Return a PDF whose catalogue holds this."""
    catalogue = f"<</Type/Catalog/Pages 2 0 R {key}>>".encode()
    return from_objects(
        [catalogue, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]
    )


def mail_with(attached: bytes) -> bytes:
    """Return a mail with a file."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = (
        "a@example.com",
        "b@example.com",
        "x",
        "Mon, 23 Nov 2026 09:00:00 +0800",
    )
    mail.set_content("hello")
    mail.add_attachment(attached, maintype="application", subtype="octet-stream", filename="x.pdf")
    return bytes(mail)


def nested_mail(depth: int) -> bytes:
    """Return a mail in a mail in a mail."""
    head = b"From: a@example.com\r\nTo: b@example.com\r\nDate: x\r\nContent-Type: message/rfc822\r\n\r\n"
    return head * depth + mail_with(b"x")


def wide_mail(parts: int) -> bytes:
    """Return a mail of so many parts."""
    head = b"From: a@example.com\r\nTo: b@example.com\r\nDate: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * parts + b"--b--\r\n"


PNG, JPEG = pictures.png(), saved(pictures.blocks(2), "JPEG")
BOMB = zlib.compress(bytes(220_000_000), 9)

REFUSED = {  # what: (the file, the reason, what was seen)
    "a png of ten thousand million pixels": (png(100_000, 100_000), "pixels", ""),
    "a png one pixel wide": (png(1, 60_000_001), "pixels", ""),
    "a png that unpacks text for ever": (
        with_chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(20_000_000))),
        "broken",
        "",
    ),
    "a moving png": (moving("PNG"), "animated", ""),
    "a moving webp": (moving("WEBP"), "animated", ""),
    "a gif": (moving("GIF"), "kind", "gif"),
    "a png cut off": (PNG[: len(PNG) // 2], "broken", ""),
    "a jpeg cut off": (JPEG[: len(JPEG) // 2], "broken", ""),
    "the head of a png alone": (PNG[:8], "broken", ""),
    "a picture with a zip behind it": (PNG + zipped(), "polyglot", "archive"),
    "a picture with a java archive behind it": (
        JPEG + zipped("META-INF/MANIFEST.MF", b"Main-Class: X"),
        "polyglot",
        "archive",
    ),
    "a picture with a rar behind it": (PNG + b"Rar!\x1a\x07\x01\0" + bytes(50), "polyglot", "archive"),
    "a zip whose comment is long": (
        PNG + zipped()[:-2] + struct.pack("<H", 60_000) + bytes(60_000),
        "polyglot",
        "archive",
    ),
    "a picture that is a page": (with_chunk(b"tEXt", b"x\0<html><script>alert(1)</script>"), "polyglot", "html"),
    "a picture with php in it": (JPEG + b"<?php system($_GET[0]); ?>", "polyglot", "html"),
    "a picture that is a pdf": (with_chunk(b"teXt", pdf()), "polyglot", "pdf"),
    "a pdf with a zip behind it": (pdf() + zipped() + b"%%EOF", "polyglot", "archive"),
    "a pdf that is a page": (pdf().replace(b"%PDF-1.", b"%PDF-1.7\n<html><body onload=x()>\n%", 1), "polyglot", "html"),
    "a zip that ends like a picture": (zipped() + PNG, "kind", "archive"),
    "an svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "kind", "svg"),
    "an svg behind a declaration": (b"<?xml version='1.0'?><svg onload='x()'/>", "kind", "svg"),
    "a page": (b"<html><script>alert(1)</script></html>", "kind", "html"),
    "a program": (b"MZ" + bytes(100), "kind", "program"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "kind", "program"),
    "a heic": (b"\0\0\0\x18ftypheic" + bytes(40), "kind", "heic"),
    "an outlook message": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "kind", "ole"),
    "a word document": (zipped("[Content_Types].xml", b"<Types/>"), "kind", "office"),
    "a voice message": (b"#!AMR\n" + bytes(50), "kind", "voice"),
    "a film": (b"\0\0\0\x18ftypisom" + bytes(40), "kind", "video"),
    "nothing": (b"", "kind", "nothing"),
    "text that mentions a picture": (b"x\x89PNG\r\n\x1a\n", "kind", "other"),
    "a pdf that runs a script": (acting("/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "pdf-active", "script"),
    "a pdf with a file inside": (_changed("attachment"), "pdf-active", "attachment"),
    "a pdf with a password": (_changed("lock"), "pdf-locked", ""),
    "a pdf that starts a program": (acting("/OpenAction<</S/Launch/F(cmd.exe)>>"), "pdf-active", "launch"),
    "a pdf that hides the word": (acting("/OpenAction<</S/J#61vaScript/J#53(x)>>"), "pdf-active", "script"),
    "a pdf that sends a form": (acting("/OpenAction<</S/SubmitForm/F(http://x)>>"), "pdf-active", "launch"),
    "a pdf with a film": (acting("/Names<</X<</Subtype/RichMedia>>>>"), "pdf-active", "media"),
    "a pdf that hides it in an object stream": (hidden_in_object_stream({"/S": "/JavaScript"}), "pdf-active", "script"),
    "a pdf of too many pages": (pdf(51), "pdf-pages", ""),
    "a pdf cut off": (pdf()[:-60], "broken", ""),
    "a pdf of nothing": (b"%PDF-1.7\n%%EOF\n", "broken", ""),
    "a pdf that unpacks for ever": (pdf_with_stream(BOMB), "pdf-heavy", ""),
    "a pdf packed twice": (pdf_with_stream(zlib.compress(BOMB), "[/FlateDecode/FlateDecode]"), "pdf-heavy", ""),
    "a pdf with an endless picture": (
        pdf_with_stream(zlib.compress(b"x"), more="/Subtype/Image/Width 99999/Height 99999"),
        "pixels",
        "",
    ),
    "a mail in a mail in a mail": (nested_mail(8), "mail-depth", ""),
    "a mail of too many parts": (wide_mail(101), "mail-parts", ""),
    "a mail with a program": (mail_with(b"MZ\x90\0" + bytes(50)), "polyglot", "program"),
}


def located() -> bytes:
    """Return a photograph that says where and when it was taken, lying on its side."""
    picture = pictures.blocks(3, (400, 300))
    exif = Image.Exif()
    exif[0x0112], exif[0x0131] = 6, "Camera 1.0"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:23 08:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 27.0), 3: "E", 4: (116.0, 23.0, 17.0)})
    return saved(picture, "JPEG", exif=exif, quality=90)
