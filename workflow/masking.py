"""What of a person is left for somebody without the right to see it: 张*, 尾号8123, z***@host (S81).

Pure: who has the right is decided in `workflow/sight.py`.
"""

import re
from collections.abc import Iterable
from typing import Final

from models import Candidate
from models.sealed import ERASED
from workflow.showing import RESTRICTED, plain

COMPOUND: Final = frozenset(
    re.findall(
        "..",
        "万俟上官东方东郭东门亓官令狐仲孙公冶公孙公良公西单于南宫南门即墨叶赫司寇司徒司空司马呼延呼衍壤驷夏侯太叔"
        "夹谷子车宇文完颜宰父尉迟左丘巫马微生慕容拓跋梁丘欧侯欧阳淳于漆雕澹台濮阳独孤申屠百里皇甫端木第五纳兰羊舌"
        "耶律西门诸葛贺兰赫连轩辕钟离长孙闻人闾丘颛孙鲜于",
    )
)
"""Family names of two characters, as `handlers/reading/surnames.py` reads them."""
HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
DOTS: Final = re.compile(r"[·・•‧∙⋅.．]")
MOST_STARS = 2  # after a Chinese surname; how long a name is says something about whose it is
NO_PHONE = "····"

MAIL: Final = re.compile(r"[\w.%+-]{1,64}@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
DIGITS: Final = re.compile(
    r"(?<!\d)(?:"
    r"(?:\+?\d{2}[-. ]?)?1[3-9]\d(?:[-. ]?\d){8}"  # a mobile, with or without the country
    r"|\d{17}[\dXx]"  # an identity card
    r"|0\d{2,3}[-. ]?\d{7,8}"  # a landline
    r")(?!\d)"
)
NARROW: Final = str.maketrans("０１２３４５６７８９＠", "0123456789@")
SHORTEST_PART = {True: 2, False: 3}  # characters of a given name that is taken out alone: Chinese, any other


def masked(name: str) -> str:
    """Return the name as somebody without the right to it may see it: 张*, 欧阳**, A***.

    A Chinese surname stays, and whether one or several characters follow; of any other name the first letter. What
    would be left whole, such as a name of one character, is hidden whole. Masking twice changes nothing, nor does
    masking the word that stands for a name which was erased, or may not be shown to anybody.
    """
    if name in (ERASED, RESTRICTED):
        return name
    shown = plain(name)
    if len(shown) < 2 or not shown[0].isalnum():
        return "*"
    if not HAN.match(shown):
        return shown[0] + "***"
    if DOTS.search(shown):
        return shown[0] + "*" * MOST_STARS
    surname = shown[:2] if shown[:2] in COMPOUND and len(shown) > 2 else shown[0]
    return surname + "*" * min(len(shown) - len(surname), MOST_STARS)


def tail(phone: str | None) -> str:
    """Return the last four digits of a phone, or four dots when there is none."""
    return phone[-4:] if phone and phone != ERASED else NO_PHONE


def tail_of(candidate: Candidate) -> str:
    """Return the last digits of a candidate's phone; of somebody restricted, four dots for everybody."""
    return tail(None if candidate.restricted_at else candidate.phone)


def masked_phone(phone: str | None) -> str:
    """Return a phone as 138****8123; nothing for none."""
    return f"{phone[:3]}****{phone[-4:]}" if phone and phone != ERASED else ""


def masked_mail(address: str | None) -> str:
    """Return a mail address as z***@host; of a single letter before the @, nothing; nothing for no address."""
    local, at, host = plain(address or "").rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}***@{host}" if at else ""


def without_personal(text: str, candidate: Candidate) -> str:
    """Return somebody's words with the candidate's own data taken out, and whatever looks like a phone or address."""
    found = without_numbers(text)
    for known, shown in _own(candidate):
        found = re.sub(re.escape(known), shown, found, flags=re.IGNORECASE)
    return found


def without_numbers(text: str) -> str:
    """Return somebody's words with whatever looks like a phone, an identity card or a mail address hidden."""
    found = MAIL.sub(lambda match: masked_mail(match[0]), text.translate(NARROW))
    return DIGITS.sub(lambda match: f"［号码 尾号{_ascii(match[0])[-4:]}］", found)


def _ascii(digits: str) -> str:
    return "".join(each for each in digits if each.isalnum())


def _own(candidate: Candidate) -> Iterable[tuple[str, str]]:
    """Yield what of the candidate may stand in a text and what stands there instead, the longest first."""
    known = (plain(str(candidate.name)), str(candidate.phone or ""), str(candidate.email or ""))
    name, phone, mail = ("" if each == ERASED else each for each in known)
    shown = masked(name)
    parts = {name: shown, "".join(name.split()): shown} if len(name) > 1 else {}
    parts |= {part: "*" * MOST_STARS for part in _parts(name) if part not in parts}
    parts |= {phone: f"尾号{tail(phone)}"} if len(phone) > len(NO_PHONE) else {}
    parts |= {mail: masked_mail(mail)} if mail else {}
    return sorted(parts.items(), key=lambda pair: -len(pair[0]))


def _parts(name: str) -> list[str]:
    """Return the parts of a name by which somebody is called: 小明 of 张小明, each word of another name."""
    is_han = HAN.match(name) is not None
    words = re.split(r"[\s·・•‧∙⋅.．-]+", name)
    if is_han and len(words) == 1:
        kept = masked(name).rstrip("*")
        words = [name[len(kept) :]]
    return [each for each in words if len(each) >= SHORTEST_PART[is_han]]
