"""我的信息, 更正 …, 删除我的信息: what a candidate asks of their data is answered at once, exactly and in words."""

import re
from typing import Final

from handlers.reading.grammar import Command
from handlers.reading.names import search_terms
from handlers.reading.own_data import OwnData, OwnDataWish, own_data_in
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import Verb
from handlers.routing import Context
from models import Candidate, CorrectedField
from workflow import erasing, outbox, own_data, privacy
from workflow.own_data import LABELS, OwnCopy
from workflow.restricting import HELD, LIVE, ONLY_KEPT
from workflow.rights_words import day

NUMBER: Final = re.compile(r"(?<![a-z0-9])g[0-9]{8}-[0-9]{3,11}(?![0-9])")
HOW_TO_CORRECT: Final = (
    "可以更正姓名、手机和邮箱。请写明改成什么，"
    "例如「更正姓名 张玮」「更正手机号 13900001111」「更正邮箱 wei@example.cn」。"
)
SURE: Final = (
    "您确定要删除您的个人信息吗？姓名、联系方式、您发来的话和材料都会删除，不能恢复，之后我们不再认得您。"
    "确定请回复「确认删除我的信息」；只是不来面试，请回复「取消」。"
)


async def takes(context: Context) -> bool:
    """Answer a candidate who asks something of their data; False where it is about anything else."""
    wish = own_data_in(context.incoming.text)
    if wish is None or context.act.candidate is None:
        return False
    if wish.what == OwnData.COPY:
        await _say(context, await _copy(context))
    elif wish.what == OwnData.CORRECT:
        await _correct(context, wish)
    elif wish.what == OwnData.DELETE:
        await _say(context, SURE)
    else:
        for candidate in await _candidates(context):
            await _say(context, await _delete(context, candidate))
    return True


async def _candidates(context: Context) -> list[Candidate]:
    return list(await Candidate.filter(id__in=list(context.candidate_ids)).order_by("id"))


async def _copy(context: Context) -> str:
    kept = await own_data.copies(context.act, context.candidate_ids)
    for each in await _candidates(context):
        await own_data.note_shown(context.act, each)
    return "\n".join([*(line for each in kept for line in _lines(each)), *privacy.rules().sentences()])


def _lines(copy: OwnCopy) -> list[str]:
    until = f"保存到 {day(copy.kept_until)}" if copy.kept_until else "面试结束后可随时要求删除"
    state = "（受限：只保存，不使用）" if copy.restricted else ""
    reached = "、".join(each for each in (copy.phone, copy.email) if each) or "没有"
    return [
        f"{copy.unit} 保存的您的信息{state}：",
        f"姓名 {copy.name}；联系方式 {reached}；面试 {copy.interviews} 场，取消记录 {copy.cancellations} 条，"
        f"证明材料 {copy.evidence} 份。",
        f"我们通过 {'、'.join(copy.channels) or '没有渠道'} 联系您。取消记录：{until}。",
    ]


async def _correct(context: Context, wish: OwnDataWish) -> None:
    if not wish.field or not wish.value:
        await _say(context, HOW_TO_CORRECT)
        return
    field = CorrectedField(wish.field)
    numbers = [
        (await own_data.ask_for_correction(context.act, each, field, wish.value)).number
        for each in await _candidates(context)
    ]
    by = day(privacy.working_days_after(context.act.now, erasing.WITHIN))
    head = (
        f"收到，您要把{LABELS[field]}改为 {plain(wish.value)}。已转招聘负责人核对，最晚 {by} 答复您，更正后会告诉您。"
    )
    await _say(context, f"{head}编号 {'、'.join(numbers)}")


async def _delete(context: Context, candidate: Candidate) -> str:
    erasure, found, when = await erasing.wished(context.act, candidate)
    end = f"编号 {erasure.number}"
    if not found:
        head = f"收到，您的删除要求已交招聘负责人和安全管理员，最晚 {day(when)} 办完；"
        return f"{head}删除之前会再告诉您一声。{end}"
    if HELD in found and set(found) <= ONLY_KEPT:
        head = "收到。您的记录牵涉还没有结束的争议或调查，依法要先保存，所以现在还不能删除。"
        rest = "从现在起这些信息只保存，不再查看和使用，也不会用来联系您；事情结束、保存期也满了以后自动提请删除。"
        return f"{head}{rest}{end}"
    if set(found) <= ONLY_KEPT:
        head = f"收到。您取消面试的记录依法要保存到 {day(when)}（个人信息保护法第四十七条），所以现在还不能删除。"
        rest = f"从现在起这些信息只保存，不再查看和使用，也不会用来联系您；{day(when)} 后自动提请删除。"
        return f"{head}{rest}{end}"
    why = "您还有没结束的面试，现在删除就没法安排了" if LIVE in found else "还有事情没有办完，现在不能删除"
    rest = "不想参加可以先回复「取消」。" if LIVE in found else ""
    after = f"您的要求已登记：办完以后这些信息只保存、不再使用，{day(when)} 以后自动提请删除。"
    return f"收到。{why}。{rest}{after}{end}"


async def answered_by_hr(context: Context, command: Command) -> bool:
    """Take 同意 G… and 驳回 G… 原因 of HR; False where it is about no correction."""
    number = NUMBER.search(plain(context.incoming.text))
    if number is None or command.verb not in (Verb.APPROVE, Verb.REJECT):
        return False
    wish = await own_data.correction_named(context.act, number[0])
    if command.verb == Verb.APPROVE:
        await own_data.correct(context.act, wish, _terms)
        await _say(context, f"已更正{LABELS[wish.field]}，候选人会收到通知。编号 {wish.number}")
    else:
        reason = as_written(context.incoming.text)[number.end() :].strip(" ，,：:")
        await own_data.refuse_correction(context.act, wish, reason)
        await _say(context, f"已驳回，{LABELS[wish.field]}没有改，候选人会收到原因。编号 {wish.number}")
    return True


def _terms(name: str, phone: str) -> frozenset[str]:
    """Return what somebody is found by, as the importer does."""
    return frozenset(search_terms(name)) | (frozenset({f"t:{phone[-4:]}"}) if phone else frozenset())


async def _say(context: Context, text: str) -> None:
    await outbox.say(context.act, context.account, text)
