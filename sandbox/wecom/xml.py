"""The XML of callbacks and passive replies: fields to text, and text to fields."""

import re
from collections.abc import Mapping

from lxml import etree

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMES = {"KeyName": "keyname", "CheckBox": "checkbox", "AppId": "appid", "UserId": "userid", "PagePath": "pagepath"}
_ROWS = ("HorizontalContentList", "VerticalContentList", "JumpList", "ButtonList", "ActionList")
_LISTS = {*_ROWS, "OptionList", "SelectList"}
_NUMBERS = {"Type", "DescColor", "Style", "Mode"}
_SWITCHES = {"Disable", "IsChecked"}


def xml_of(fields: Mapping[str, object]) -> str:
    """Write fields as the platform writes them: texts in CDATA, numbers bare, lists as repeated elements."""
    return f"<xml>{_elements(fields)}</xml>"


def fields_of(text: str) -> dict[str, str]:
    """Read the direct children of a document, without entities."""
    return {child.tag: child.text or "" for child in root_of(text)}


def root_of(text: str) -> etree._Element:
    """Parse a document; raise ValueError when it is none."""
    try:
        return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from error


def card_of(element: etree._Element) -> dict[str, object]:
    """Turn the TemplateCard of a passive reply (PascalCase, repeated elements) into the API's JSON form."""
    card: dict[str, object] = {}
    for child in element:
        name = _NAMES.get(child.tag) or _WORD.sub("_", child.tag).lower()
        value = _value(child)
        if child.tag in _LISTS:
            listed = card.setdefault(name, [])
            assert isinstance(listed, list)
            listed.append(value)
        else:
            card[name] = value
    return card


def _value(element: etree._Element) -> object:
    if len(element):
        return card_of(element)
    text = element.text or ""
    if element.tag in _NUMBERS and text.strip().isdigit():
        return int(text)
    if element.tag in _SWITCHES:
        return text.strip().lower() in ("1", "true")
    return text


def _elements(fields: Mapping[str, object]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, Mapping):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
