"""查 E…: an administrator is told a number, and asks what it was."""

import re
from typing import Final

from cards import outcomes
from cards.timeline import DOORS
from handlers.reading.text import plain
from handlers.routing import Context
from workflow import access, outbox, references
from workflow.moments import when
from workflow.permissions import GRANT_READ
from workflow.references import Happened

ASKED: Final = re.compile(r"(?:查一?下?|查询|查看|时间轴|编号|[\s:，,.「」]){0,12}(e[0-9a-f]{6})[\s。.?吗」]{0,6}")
KINDS: Final = {"text": "一句话", "press": "一次点击", "file": "一个文件", "voice": "一段语音"}
ENTER: Final = (
    "要让这个账号能用：录入或改正员工的账号；本人在另一个应用里已经能用的，在那边发「绑定」，把绑定码发到这边。"
)


async def takes(context: Context) -> bool:
    """Answer 查 E…; False where something else was typed."""
    found = ASKED.fullmatch(plain(context.incoming.text))
    if found is None:
        return False
    reference = found[1].upper()
    if not await access.scopes(context.employee, GRANT_READ, context.act.now):
        text = f"编号 {reference} 由管理员或审计来查，请告诉他们，让他们发「查 {reference}」。编号 {context.reference}"
    else:
        text = await _answer(context, reference)
    await outbox.say(context.act, context.account, text)
    return True


async def _answer(context: Context, reference: str) -> str:
    found = await references.happened(context.act, reference)
    if not found:
        return f"没有找到编号 {reference}，或不在你的范围内。请核对编号里的字母和数字。编号 {context.reference}"
    return "\n".join(f"编号 {reference}：{_said(each, context)}" for each in found)


def _said(each: Happened, context: Context) -> str:
    came = f"{when(each.at, context.act.now)} 从{DOORS.get(each.platform, each.platform)}来的{_kind(each)}"
    account = f"账号 {each.account}" if each.account else "账号没有留下"
    if each.failed:
        return f"{came}，系统出错没有办成，内容还在。{account}。请看程序的日志，里面有这个编号。"
    if each.unbound:
        return f"{came}。{account}，没有绑定任何人，所以什么都没有办。{ENTER}"
    who = f"，是{each.who}发的" if each.who else ""
    if each.refused:
        return f"{came}{who}，没有办：{outcomes.why(each.refused)}。{account}。"
    return f"{came}{who}，没有被拒绝的记录：办了，或只是回答了一句。{account}。"


def _kind(each: Happened) -> str:
    return KINDS.get(each.kind, "网页上的一次提交" if each.kind.startswith("page-") else "一条消息")
