"""显示 Y… 电话 原因 …, and the page behind the link it answers: a candidate's data in full, once, for a reason."""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers.reading.grammar import Command
from handlers.routing import Context
from models import Booking, RevealLink
from workflow import limits, outbox, revealing
from workflow.acting import Act
from workflow.revealing import Kind
from workflow.showing import plain
from workflow.views import booking_seen

KINDS = {
    "姓名": (Kind.NAME,),
    "名字": (Kind.NAME,),
    "电话": (Kind.PHONE,),
    "手机": (Kind.PHONE,),
    "手机号": (Kind.PHONE,),
    "邮箱": (Kind.EMAIL,),
    "邮件": (Kind.EMAIL,),
    "全部": tuple(Kind),
    "所有": tuple(Kind),
}
LABELS = {Kind.NAME: "姓名", Kind.PHONE: "电话", Kind.EMAIL: "邮箱"}
WORD = re.compile("(" + "|".join(sorted(KINDS, key=len, reverse=True)) + ")")
REASON = re.compile(r"(?:原因|理由)[\s:：]*(?P<reason>.*)", re.DOTALL)
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]{0,23}")
HOW = "例如「显示 Y… 电话 原因 核对身份」"
LONGEST_REASON = 200


@dataclass(frozen=True)
class Wish:
    """What was typed behind 显示: the number of a booking or request, what of the candidate, and why."""

    number: str
    kinds: frozenset[Kind]
    reason: str
    unread: tuple[str, ...] = ()


def read(words: str, number: str = "") -> Wish:
    """Read what stands behind the verb, in any order but for the reason, which is the last.

    `number` is that of a booking from another system, which was found and taken out before.
    """
    said = unicodedata.normalize("NFKC", words)
    why = REASON.search(said)
    before = said[: why.start()] if why else said
    parts = re.split(r"[\s,、和及+]+", WORD.sub(r" \1 ", before))
    kinds = frozenset(kind for part in parts for kind in KINDS.get(part, ()))
    others = [part for part in parts if part and part not in KINDS]
    if not number:
        number, others = next(iter(others), "").upper(), others[1:]
    unread = tuple(others)
    return Wish(number, kinds, plain(why["reason"], LONGEST_REASON) if why else "", unread)


async def ask(context: Context, command: Command) -> None:
    """Answer 显示 …: a link in this chat and the code for it, or what is missing."""
    wish = read(command.rest, command.who.booking or "")
    if missing := _missing(wish):
        await _say(context, f"没有显示：{missing}，{HOW}。编号 {context.reference}")
        return
    link = await revealing.ask(context.act, wish.number, wish.kinds, wish.reason)
    if link is None:
        most = limits.limits().reveals
        text = f"没有显示：你今天已要求显示 {most} 次，到上限了，安全管理员已收到提醒。明天可以再看，急的话请同事代看。"
        await _say(context, f"{text}编号 {context.reference}")
        return
    view = await booking_seen(await _booking(link), context.act)
    minutes = int(revealing.LASTS.total_seconds() // 60)
    text = (
        f"{view.number} {view.title} 的{said_of(link)}，{minutes} 分钟内可以看一次。"
        f"网页会问验证码：{revealing.code_of(link)}。你写的原因和这次查看都记入审计日志。链接和验证码请勿转给别人。"
    )
    await outbox.say(context.act, context.account, text, reveal=link)


def _missing(wish: Wish) -> str:
    if wish.unread:
        return f"没看懂「{plain('、'.join(wish.unread), 40)}」"
    if not NUMBER.fullmatch(wish.number):
        return "请写预约号或申请号（「列表」和「查」里有）"
    return "" if wish.kinds else "请写要看什么：电话、姓名、邮箱或全部"


async def _say(context: Context, text: str) -> None:
    await outbox.say(context.act, context.account, text)


async def _booking(link: RevealLink) -> Booking:
    return await Booking.get(id=link.booking_id).prefetch_related(*revealing.RELATIONS)


def said_of(link: RevealLink) -> str:
    """Name what a link shows: 姓名、电话."""
    return "、".join(LABELS[each] for each in revealing.kinds_of(link))


class Ending(StrEnum):
    """How did sending the form end?"""

    SHOWN = "shown"
    UNPROVEN = "unproven"  # not the code
    FORGED = "forged"  # no form of that page
    GONE = "gone"


@dataclass(frozen=True)
class Outcome:
    """What came of it: what is shown, by its label, or how many tries are left."""

    ending: Ending
    number: str = ""
    values: tuple[tuple[str, str], ...] = ()
    left: int = 0


async def take(token: str, fields: Mapping[str, str], now: datetime) -> Outcome:
    """Show what a link is for with what was typed on its page; a Refusal when the right to it is gone."""
    link = await revealing.find(token, now, lock=True)
    if link is None:
        return Outcome(Ending.GONE)
    if not hmac.compare_digest(revealing.seal_of(link).encode(), fields.get("form", "").encode()):
        return Outcome(Ending.FORGED)
    act = _act(link, now)
    if not revealing.is_proven(link, fields.get("code", "")):
        left = await revealing.note_wrong_code(act, link)
        return Outcome(Ending.UNPROVEN if left else Ending.GONE, left=left)
    values = await revealing.show(act, link)
    shown = tuple((LABELS[kind], value or "没有登记") for kind, value in values.items())
    return Outcome(Ending.SHOWN, link.booking.number, shown)


async def refused(token: str, why: str, now: datetime) -> None:
    """End a link whose owner may not see that candidate any more, and record the attempt."""
    link = await revealing.find(token, now, lock=True)
    if link is not None:
        await revealing.refuse(_act(link, now), link, why)


def _act(link: RevealLink, now: datetime) -> Act:
    return Act(now, "page", "link-and-code", employee=link.employee)
