"""A neutral card as plain text, for where no card can be shown: everything on it can be done by typing."""

from cards.card import Button, Card, Input

TYPED = {
    "approve": "同意 {number}",
    "reject": "驳回 {number} 原因",
    "send_back": "退回 {number} 要补什么",
    "hand_over": "转交 {number} 姓名",
    "add": "前加签 {number} 姓名",
    "see": "看证据 {number}",
    "undo": "撤销 {number}",
    "remind": "催办 {number}",
    "withdraw": "撤回 {number}",
    "submit": "提交 {number}",
    "confirm": "确认取消 {number}",
    "open": "取消 {number}",
    "dismiss": "算了",
}


def card_text(card: Card, number: str = "") -> str:
    """Return the card as text, with what to type for each of its buttons."""
    lines = [f"【{card.status}】{card.title}", *(str(each) for each in card.lines)]
    if card.code:
        lines.append(card.code_line)
    asked = "".join(_asked(each) for each in card.inputs)
    typed = [_typed(each, number, asked) for each in card.buttons if each.action in TYPED]
    if typed:
        lines.append("请回复：" + " / ".join(f"「{each}」" for each in typed))
    return "\n".join(lines)


def _typed(button: Button, number: str, asked: str) -> str:
    """Return what to type for a button; where the card asks something first, the answer is typed behind it."""
    words = button.typed or TYPED[button.action].format(number=number).strip()
    return words + asked if button.action in ("approve", "confirm", "submit") else words


def _asked(each: Input) -> str:
    if each.name == "still_needed":
        return " 仍需 / 暂停 / 不再"
    return " 原因 …" if each.name == "reason" and not each.value else ""
