"""XML as WeCom sends it and nothing more: UTF-8, no document type, no entities, shallow and small."""

from lxml import etree

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20


class Malformed(Exception):
    """What came in does not have the shape of a WeCom callback; answer 400."""


class TooLarge(Exception):
    """What came in is larger than any WeCom callback; answer 413."""


def root_of(document: bytes) -> etree._Element:
    """Parse a document whose root is `<xml>`, refusing whatever a parser could be attacked with.

    Size and document type are judged on the bytes, before a parser sees them.
    """
    if len(document) > MAX_BYTES:
        raise TooLarge
    _refuse_markup_tricks(document)
    try:
        root = etree.fromstring(document, _parser())
    except (etree.XMLSyntaxError, ValueError):
        raise Malformed("xml") from None
    if root.tag != "xml" or root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("xml")
    if any(sum(1 for _ in element.iterancestors()) >= MAX_DEPTH for element in root.iter()):
        raise Malformed("depth")
    return root


def text_of(parent: etree._Element, tag: str) -> str:
    """Return the text of the one child called `tag`, untouched; empty when there is none."""
    found = parent.findall(tag)
    if len(found) > 1 or any(len(element) for element in found):
        raise Malformed(tag)
    return found[0].text or "" if found else ""


def cdata(text: str) -> str:
    """Wrap text so that nothing in it can end the section; characters XML cannot carry are dropped."""
    allowed = "".join(character for character in text if _may_be_in_xml(character))
    return f"<![CDATA[{allowed.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _refuse_markup_tricks(document: bytes) -> None:
    try:
        document.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("encoding") from None
    lowered = document.lower()
    if b"<!doctype" in lowered or b"<!entity" in lowered or b"\0" in document:
        raise Malformed("doctype")


def _parser() -> etree.XMLParser:
    # The declared encoding is overruled: in UTF-7 a document type would not look like one.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _may_be_in_xml(character: str) -> bool:
    code = ord(character)
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
