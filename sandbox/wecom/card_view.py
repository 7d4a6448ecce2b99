"""How a template card looks on a phone: the neutral CARD of the control API, from the platform's own JSON."""

from collections.abc import Mapping, Sequence

Card = Mapping[str, object]
Shown = dict[str, object]


def shown_card(card: Card, replaced: str) -> Shown:
    """Show a card; `replaced` is the text of the grey button that took the place of its buttons, or empty.

    The status is what stands under the title; a grey button says it when the buttons alone were replaced.
    """
    title = _dict(card, "main_title")
    dead = replaced or _text(card, "replace_text")
    described = [line for line in _text(title, "desc").split("\n") if line]
    status = replaced or next(iter(described), dead)
    other = [text for text in (*described, dead) if text and text != status]
    return {
        "kind": card["card_type"],
        "title": _text(title, "title"),
        "status": status,
        "lines": other + _lines(card),
        "inputs": [] if dead else inputs(card),
        "buttons": [] if dead else buttons(card),
    }


def buttons(card: Card) -> list[Shown]:
    """List what calls back when tapped: buttons, the submit button and the items of the corner menu."""
    callbacks = [button for button in _list(card, "button_list") if button.get("type", 0) != 1]
    submit = [_dict(card, "submit_button")] if card.get("submit_button") else []
    listed = callbacks + submit + menu_actions(card)
    return [{"key": button["key"], "text": button["text"], "enabled": True} for button in listed]


def menu_actions(card: Card) -> list[Card]:
    """List the items of the card's top-right menu."""
    return _list(_dict(card, "action_menu"), "action_list")


def inputs(card: Card) -> list[Shown]:
    """List the selectors a person can still change, each with the value it starts with."""
    found = [_selector(_dict(card, "button_selection"), "select")] if card.get("button_selection") else []
    found += [_selector(selector, "select") for selector in _list(card, "select_list") if not selector.get("disable")]
    box = _dict(card, "checkbox")
    if box and not box.get("disable"):
        found.append(_selector(box, "multi_select" if box.get("mode") else "select"))
    return found


def links(card: Card) -> tuple[str, ...]:
    """List the addresses a person can open from the card."""
    places = [_dict(card, "card_action"), _dict(card, "quote_area"), *_list(card, "jump_list")]
    places += [*_list(card, "horizontal_content_list"), *_list(card, "button_list")]
    return tuple(dict.fromkeys(str(place["url"]) for place in places if place.get("type") == 1 and place.get("url")))


def _selector(selector: Card, kind: str) -> Shown:
    options = _list(selector, "option_list")
    return {
        "name": selector["question_key"],
        "label": _text(selector, "title"),
        "type": kind,
        "options": [{"value": option["id"], "text": option["text"]} for option in options],
        "value": _start_value(selector, options, kind),
    }


def _start_value(selector: Card, options: Sequence[Card], kind: str) -> object:
    checked = [option["id"] for option in options if option.get("is_checked")]
    if kind == "multi_select":
        return checked
    ids = [option["id"] for option in options]
    chosen = selector.get("selected_id")
    if chosen in ids:
        return chosen
    return checked[0] if checked else ids[0]


def _lines(card: Card) -> list[str]:
    """List what is read below the title, one element for each line on the screen."""
    texts = [_text(_dict(card, "emphasis_content"), name) for name in ("title", "desc")]
    texts += [_text(card, "sub_title_text")]
    for block, names in (("quote_area", ("title", "quote_text")), ("image_text_area", ("title", "desc"))):
        texts += [_text(_dict(card, block), name) for name in names]
    texts += [f"{_text(row, 'keyname')}：{_text(row, 'value')}" for row in _list(card, "horizontal_content_list")]
    texts += [_text(row, name) for row in _list(card, "vertical_content_list") for name in ("title", "desc")]
    texts += [_text(row, "title") for row in _list(card, "jump_list")]
    return [line for text in texts for line in text.split("\n") if line]


def _text(fields: Card, name: str) -> str:
    return str(fields.get(name) or "")


def _dict(fields: Card, name: str) -> Card:
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(fields: Card, name: str) -> list[Card]:
    value = fields.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
