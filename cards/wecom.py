"""A neutral card as WeCom wants it: a template card that can call back (wecom.md §4.2–4.4)."""

from cards.buttons import Press
from cards.card import Card, Input, Line

MOST_ROWS = 6
LONGEST_ROW = 30  # characters that a client shows of a row's value
LONGEST_TEXT = 160


def template_card(card: Card, task_id: str) -> dict[str, object]:
    """Return the card to send; two or more inputs need the form that has a single submit button."""
    pressable = [each for each in card.inputs if each.kind != "text"]
    return _several(card, pressable, task_id) if len(pressable) > 1 else _single(card, pressable, task_id)


def updated_card(card: Card, task_id: str) -> dict[str, object]:
    """Return the card that replaces the one that was sent."""
    drawn = template_card(card, task_id)
    drawn.pop("task_id")
    if not card.buttons:
        drawn["replace_text"] = card.status[:20]
    return drawn


def _single(card: Card, inputs: list[Input], task_id: str) -> dict[str, object]:
    rows, rest = _layout(card.lines, MOST_ROWS - 1 if card.code else MOST_ROWS)
    if card.code:  # never among the text, which a client may cut
        rows.append({"keyname": "存证码", "value": card.code})
    drawn: dict[str, object] = {
        "card_type": "button_interaction",
        "source": {"desc": "守约", "desc_color": 1},
        "main_title": {"title": card.title, "desc": card.status},
        "sub_title_text": rest,
        "horizontal_content_list": rows,
        "task_id": task_id,
        "button_list": _buttons(card),
    }
    if inputs:
        drawn["button_selection"] = _select(inputs[0])
    return drawn


def _buttons(card: Card) -> list[dict[str, object]]:
    """WeCom wants at least one button: a card with nothing to press shows its status on a dead one."""
    if not card.buttons:
        return [{"text": card.status[:10], "style": 2, "key": Press("open", card.handle).key()}]
    return [
        {"text": each.text, "style": 2 if each.danger or place else 1, "key": Press(each.action, card.handle).key()}
        for place, each in enumerate(card.buttons)
    ]


def _several(card: Card, inputs: list[Input], task_id: str) -> dict[str, object]:
    """This kind has no lines: what matters goes into the title's description."""
    first = card.buttons[0]
    return {
        "card_type": "multiple_interaction",
        "source": {"desc": "守约"},
        "main_title": {"title": card.title, "desc": _description(card)},
        "task_id": task_id,
        "select_list": [_select(each) for each in inputs[:3]],
        "submit_button": {"text": first.text, "key": Press(first.action, card.handle).key()},
    }


PUT_DOWN = "不取消请回复「算了」"
SAID_ELSEWHERE = ("时间", "面试官")  # the title and 影响 name them too


def _description(card: Card) -> str:
    """Return the status, the lines that fit, whole, and how to put the card down."""
    lines = list(card.lines)
    while len(text := _joined(card.status, lines)) > LONGEST_TEXT and len(lines) > 1:
        lines.remove(next((each for each in lines if each.label in SAID_ELSEWHERE), lines[-1]))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _joined(status: str, lines: list[Line]) -> str:
    return "\n".join([status, *(str(each) for each in lines), PUT_DOWN])


NOTHING_CHOSEN = "none"  # WeCom shows the first option as chosen; an answer nobody gave must not look like one


def _select(each: Input) -> dict[str, object]:
    options = each.options if each.kind == "select" else (("true", "是"), ("false", "否"))
    if each.required and not each.value:
        options = ((NOTHING_CHOSEN, "请选择"), *options)
    drawn: dict[str, object] = {
        "question_key": each.name,
        "title": each.label,
        "option_list": [{"id": value, "text": text} for value, text in options],
    }
    if each.value:
        drawn["selected_id"] = each.value
    return drawn


def _layout(lines: tuple[Line, ...], most: int) -> tuple[list[dict[str, str]], str]:
    """Put so many short labelled lines into rows and the rest into the text above them."""
    rows: list[dict[str, str]] = []
    rest: list[str] = []
    for line in lines:
        fits = line.label and len(line.value) <= LONGEST_ROW and len(rows) < most
        if fits:
            rows.append({"keyname": line.label, "value": line.value})
        else:
            rest.append(str(line))
    return rows, "\n".join(rest)
