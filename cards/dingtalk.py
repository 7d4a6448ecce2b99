"""A neutral card as DingTalk wants it: string values for the one template of `dingtalk_template.json`.

Every value is text of at most 1 KB (dingtalk.md §5.2); a body that is longer loses its last lines, never a half one.
"""

import json

from cards.buttons import Press
from cards.card import Card, Input, Line
from cards.escaping import markdown

SLOTS = 6
LARGEST_VALUE = 1024  # bytes


def card_params(card: Card) -> dict[str, str]:
    """Return every variable of the template, the empty ones too: an update by key must clear what is gone."""
    params = {
        "title": _cut(card.title),
        "status": _cut(card.status),
        "body": _body(card),
        "form": _form(card.inputs),
    }
    for slot in range(1, SLOTS + 1):
        button = card.buttons[slot - 1] if slot <= len(card.buttons) else None
        params[f"b{slot}_text"] = button.text if button else ""
        params[f"b{slot}_id"] = Press(button.action, card.handle).key() if button else ""
        params[f"b{slot}_shown"] = "true" if button else "false"
        params[f"b{slot}_danger"] = "true" if button and button.danger else "false"
    return params


BREAK = "  \n"


def _body(card: Card) -> str:
    """Return the lines, and below them the code, which is never lost."""
    if not card.code:
        return _lines(card.lines, LARGEST_VALUE)
    last = f"{BREAK}{card.code_line}"
    return f"{_lines(card.lines, LARGEST_VALUE - len(last.encode()))}{last}"


def _lines(lines: tuple[Line, ...], most: int) -> str:
    texts = [f"**{each.label}**：{markdown(each.value)}" if each.label else markdown(each.value) for each in lines]
    while len(BREAK.join(texts).encode()) > most:
        texts.pop(-2 if len(texts) > 1 else -1)  # the last line holds the number or the outcome
    return BREAK.join(texts)


def _form(inputs: tuple[Input, ...]) -> str:
    if not inputs:
        return ""
    text = json.dumps({"fields": [_field(each) for each in inputs]}, ensure_ascii=False, separators=(",", ":"))
    assert len(text.encode()) <= LARGEST_VALUE, "the form no longer fits into one variable"
    return text


def _field(each: Input) -> dict[str, object]:
    kinds = {"select": "SELECT", "switch": "SWITCH", "text": "TEXT"}
    field: dict[str, object] = {"name": each.name, "label": each.label, "type": kinds[each.kind]}
    if each.required:
        field["required"] = True
    if each.options:
        field["options"] = [{"value": value, "text": text} for value, text in each.options]
    if each.value:
        field["defaultValue"] = each.value == "true" if each.kind == "switch" else each.value
    return field


def _cut(text: str) -> str:
    encoded = text.encode()
    return text if len(encoded) <= LARGEST_VALUE else encoded[: LARGEST_VALUE - 3].decode(errors="ignore") + "…"
