"""Which of the offered answers was typed: its words, its number or a plain yes or no mean the same as its tap."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.reading.text import plain

YES_ACTIONS: Final = ("confirm", "undo")
NO_ACTION: Final = "dismiss"
WHICH_ACTION: Final = "choose"


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer a person may give: what it does, and its words as they were shown."""

    action: str
    text: str


_MARKS: Final = re.compile(r"[\s,.;:!~…·'\"「」『』()\[\]<>*#\-]+")
_ASKS: Final = re.compile(r"\?|[吗么嘛]$")
_PREFIX: Final = re.compile(r"我?(?:回复|答复|回答|选择|选|点击|点|回)(?:是|的是)?")
_TAIL: Final = re.compile(r"(?:谢谢您?|多谢|麻烦了|吧|了|哦|啊|呀|啦|哈|呢)+")
_CHINESE: Final = "一二三四五六七八九"
_YES: Final = re.compile(r"(?:是|对|嗯|恩|没错)[的呀啊哦]?(?:是|对|嗯|恩)?[的呀啊哦]?|嗯+|yes|y|确定取消|取消")
_FIRM_YES: Final = re.compile(
    r"好|好的?好?的?|好吧|行|可以|ok|okay|同意|(?:我)?(?:要|确认|确定)的?(?:是的?)?|是的?我?(?:确认|确定)"
)
_NO: Final = re.compile(r"否|不是?的?|不对|不要|不用|没有|no|n|不了|点错|按错|发错")
_ALL: Final = re.compile(
    r"(?:把)?(?:全部|全都?|都|所有的?|[两二三四五几][场个](?:面试)?都?)(?:的?面试)?(?:都)?"
    r"(?:取消掉?|不去|不来|不参加|来不了|去不了|不面)"
)


def picked(text: str, offers: Sequence[Offer], *, firm: bool = True, numbered: bool = True) -> int | None:
    """Return the place of the offered answer that was typed, or None where none of them was.

    `firm` is true where the question itself says what is confirmed: only there a mere 好的 is a yes. Without
    `numbered` the offers were shown without numbers, so a number means none of them.
    """
    said = plain(text)
    if _ASKS.search(said):
        return None
    for form in _forms(said):
        places = [place for place, offer in enumerate(offers) if form in _accepted(place + 1, offer.text, numbered)]
        if len(places) == 1:
            return places[0]
    return _nodded(said, offers, firm)


def _bare(said: str) -> str:
    return _MARKS.sub("", said)


def _forms(said: str) -> list[str]:
    """Return what was typed, then without 回复 in front and without the courtesy behind."""
    bare = _bare(said)
    short = re.sub(rf"{_TAIL.pattern}$", "", bare)
    forms = [bare, short, *(_PREFIX.sub("", each, count=1) for each in (bare, short) if _PREFIX.match(each))]
    return [each for each in dict.fromkeys(forms) if each]


def _accepted(number: int, text: str, numbered: bool) -> set[str]:
    """Return every spelling of one offer: its words, each of its halves, its number, and number and words."""
    shown = plain(text)
    words = {_bare(each) for each in (shown, *shown.split(","))}
    if not numbered:
        return words
    numerals = {str(number), *([_CHINESE[number - 1]] if number <= len(_CHINESE) else [])}
    counted = {f"{first}{each}{last}" for each in numerals for first in ("", "第") for last in ("", *"个项号条场")}
    return words | counted | {f"{each}{word}" for each in numerals for word in words}


def _nodded(said: str, offers: Sequence[Offer], firm: bool) -> int | None:
    """Take a plain yes or no as the answer to a question about one thing, and 全部取消 to one about several."""
    actions = [each.action for each in offers]
    forms = _forms(said)
    if WHICH_ACTION in actions:
        meant = any(_ALL.fullmatch(each) for each in forms)
        return actions.index("confirm") if meant and "confirm" in actions else None
    yes = next((place for place, action in enumerate(actions) if action in YES_ACTIONS), None)
    if any(_YES.fullmatch(each) or (firm and _FIRM_YES.fullmatch(each)) for each in forms):
        return None if yes is None or (actions[yes] == "undo" and "取消" in said) else yes
    if any(_NO.fullmatch(each) for each in forms):
        return actions.index(NO_ACTION) if NO_ACTION in actions else None
    return None


def is_vague(text: str) -> bool:
    """Tell whether a text agrees without saying to what: 确认 may confirm the interview as well as its end."""
    return any(re.fullmatch(r"我?(?:确认|确定|同意|要)的?", each) for each in _forms(plain(text)))
