"""What WeCom accepts as a template card: the hard rules of the send page, each with its error (wecom.md §4.4)."""

import re
from collections.abc import Callable, Iterable, Mapping

from sandbox.wecom.errors import WecomError

Card = Mapping[str, object]

NOTICES = ("text_notice", "news_notice")
INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")
TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")


def can_call_back(card: Card) -> bool:
    """Tell whether a click on the card reaches the app; only such a card has a task and can be updated."""
    return card.get("card_type") in INTERACTIVE or bool(card.get("action_menu"))


def check_card(card: object, *, updating: bool = False) -> None:
    """Raise WecomError with the documented number for the first rule the card breaks.

    An update needs no task_id, and its submit button is optional (O:94888).
    """
    if not isinstance(card, Mapping) or card.get("card_type") not in _RULES:
        raise WecomError(42031, "card_type")
    if not updating:
        _check_task(card)
    _check_common(card)
    _RULES[str(card["card_type"])](card, updating)


def _check_task(card: Card) -> None:
    task_id = card.get("task_id")
    if task_id is None and not can_call_back(card):
        return
    _need(isinstance(task_id, str) and bool(TASK_ID.fullmatch(task_id)), 42014, "task_id")


def _check_common(card: Card) -> None:
    _check_jump(_dict(card.get("quote_area")), "quote_area")
    _check_horizontal(_list(card, "horizontal_content_list", 42035))
    jumps = _list(card, "jump_list", 42042)
    _need(len(jumps) <= 3, 42042, "jump_list")
    for jump in jumps:
        _need(_text(jump, "title"), 42033, "jump_list.title")
        _check_jump(jump, "jump_list")
    if card.get("action_menu") is not None:
        _check_action_menu(_dict(card["action_menu"]))


def _check_jump(area: Card, name: str) -> None:
    kind = area.get("type", 0)
    _need(kind != 1 or _text(area, "url"), 42028, f"{name}.url")
    _need(kind != 2 or _text(area, "appid"), 42030, f"{name}.appid")


def _check_horizontal(rows: list[Card]) -> None:
    _need(len(rows) <= 6, 42035, "horizontal_content_list")
    for row in rows:
        kind = row.get("type", 0)
        _need(_text(row, "keyname"), 42027, "keyname")
        _need(kind != 1 or _text(row, "url"), 42028, "horizontal_content_list.url")
        _need(kind != 2 or _text(row, "media_id"), 42029, "horizontal_content_list.media_id")
        _need(kind != 3 or _text(row, "userid"), 42050, "horizontal_content_list.userid")


def _check_action_menu(menu: Card) -> None:
    actions = _list(menu, "action_list", 42051)
    _need(1 <= len(actions) <= 3, 42051, "action_list")
    for action in actions:
        _need(_text(action, "text"), 42038, "action_list.text")
        _need(_text(action, "key", 1024), 42039, "action_list.key")
    _unique((action["key"] for action in actions), 42051, "action_list.key")


def _check_text_notice(card: Card, updating: bool) -> None:
    title = _text(_dict(card.get("main_title")), "title")
    _need(title or _text(card, "sub_title_text"), 42033, "main_title.title")
    _check_card_action(card, required=True)


def _check_news_notice(card: Card, updating: bool) -> None:
    _need(_text(_dict(card.get("main_title")), "title"), 42033, "main_title.title")
    _check_card_action(card, required=True)
    image = _dict(card.get("card_image"))
    _need(bool(image) or bool(card.get("image_text_area")), 42044, "card_image")
    ratio = image.get("aspect_ratio", 1.3)
    _need(not image or _text(image, "url"), 42044, "card_image.url")
    _need(isinstance(ratio, (int, float)) and 1.3 <= ratio <= 2.25, 42044, "card_image.aspect_ratio")
    rows = _list(card, "vertical_content_list", 42036)
    _need(len(rows) <= 4, 42036, "vertical_content_list")
    _need(all(_text(row, "title") for row in rows), 42033, "vertical_content_list.title")


def _check_buttons(card: Card, updating: bool) -> None:
    _check_card_action(card, required=False)
    buttons = _list(card, "button_list", 42038)
    _need(1 <= len(buttons) <= 6, 42038, "button_list")
    for button in buttons:
        _need(_text(button, "text"), 42038, "button_list.text")
        link = button.get("type", 0) == 1
        _need(not link or _text(button, "url"), 42028, "button_list.url")
        _need(link or _text(button, "key", 1024), 42039, "button_list.key")
    _unique((button["key"] for button in buttons if button.get("type", 0) != 1), 42051, "button_list.key")
    if card.get("button_selection") is not None:
        _check_options(_dict(card["button_selection"]), 10)


def _check_vote(card: Card, updating: bool) -> None:
    _need(_text(_dict(card.get("main_title")), "title"), 42033, "main_title.title")
    _check_options(_dict(card.get("checkbox")), 20)
    _check_submit(card, updating)


def _check_multiple(card: Card, updating: bool) -> None:
    _need(_text(_dict(card.get("main_title")), "title"), 42033, "main_title.title")
    selectors = _list(card, "select_list", 42047)
    _need(1 <= len(selectors) <= 3, 42047, "select_list")
    for selector in selectors:
        _check_options(selector, 10)
    _unique((selector["question_key"] for selector in selectors), 42047, "select_list.question_key")
    _check_submit(card, updating)


def _check_options(selector: Card, most: int) -> None:
    _need(_text(selector, "question_key", 1024), 42043, "question_key")
    options = _list(selector, "option_list", 42037)
    _need(1 <= len(options) <= most, 42037, "option_list")
    for option in options:
        _need(_text(option, "id", 128), 42040, "option_list.id")
        _need(_text(option, "text"), 42041, "option_list.text")
    _unique((option["id"] for option in options), 42040, "option_list.id")


def _check_submit(card: Card, updating: bool) -> None:
    if updating and card.get("submit_button") is None:
        return
    submit = _dict(card.get("submit_button"))
    _need(_text(submit, "text"), 42049, "submit_button.text")
    _need(_text(submit, "key", 1024), 42046, "submit_button.key")


def _check_card_action(card: Card, *, required: bool) -> None:
    action = _dict(card.get("card_action"))
    kind = action.get("type", 0)
    _need(kind in ((1, 2) if required else (0, 1, 2)), 42045, "card_action.type")
    _check_jump(action, "card_action")


_RULES: dict[str, Callable[[Card, bool], None]] = {
    "text_notice": _check_text_notice,
    "news_notice": _check_news_notice,
    "button_interaction": _check_buttons,
    "vote_interaction": _check_vote,
    "multiple_interaction": _check_multiple,
}


def _need(holds: bool, errcode: int, field: str) -> None:
    if not holds:
        raise WecomError(errcode, field)


def _text(fields: Card, name: str, most_bytes: int = 4096) -> bool:
    value = fields.get(name)
    return isinstance(value, str) and 0 < len(value.encode()) <= most_bytes


def _dict(value: object) -> Card:
    return value if isinstance(value, Mapping) else {}


def _list(fields: Card, name: str, errcode: int) -> list[Card]:
    value = fields.get(name) or []
    _need(isinstance(value, list) and all(isinstance(item, Mapping) for item in value), errcode, name)
    assert isinstance(value, list)
    return value


def _unique(values: Iterable[object], errcode: int, field: str) -> None:
    listed = list(values)
    _need(len(set(listed)) == len(listed), errcode, field)
