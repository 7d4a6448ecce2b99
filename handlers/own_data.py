"""我的信息, 更正 …, 删除我的信息: what a candidate asks of their data is answered at once, exactly and in words."""

import re
from typing import Final

from handlers import entry_links, own_data_words
from handlers.reading.grammar import Command
from handlers.reading.names import search_terms
from handlers.reading.own_data import OwnData, OwnDataWish, own_data_in
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import Verb
from handlers.routing import Context
from models import Booking, Candidate, CorrectedField, Platform
from workflow import erasing, outbox, own_data, privacy
from workflow.own_data import LABELS

NUMBER: Final = re.compile(r"(?<![a-z0-9])g[0-9]{8}-[0-9]{3,11}(?![0-9])")
HOW_TO_CORRECT: Final = (
    "可以更正姓名、手机和邮箱。请写明改成什么，"
    "例如「更正姓名 张玮」「更正手机号 13900001111」「更正邮箱 wei@example.cn」。"
)
MORE: Final = "更正请回复「更正 …」，删除请回复「删除我的信息」；处理规则和全部内容见下面的页面。"
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
        await _copy(context)
    elif wish.what == OwnData.CORRECT:
        await _correct(context, wish)
    elif wish.what == OwnData.DELETE:
        await _say(context, SURE)
    else:
        await _say(context, await _delete(context))
    return True


async def _candidates(context: Context) -> list[Candidate]:
    found = Candidate.filter(id__in=list(context.candidate_ids)).order_by("id")
    return list(await found.prefetch_related("organisation"))


async def _copy(context: Context) -> None:
    """Show what is kept; an SMS is short, so there the page says the rest as long as its link works."""
    kept = await own_data.copies(context.act, context.candidate_ids)
    lines = [line for each in kept for line in own_data_words.kept(each)]
    if context.account.platform == Platform.SMS and (page := await _page(context)) is not None:
        await outbox.say(context.act, context.account, "\n".join([*lines, MORE]), page_of=page)
        return
    for each in await _candidates(context):
        await own_data.note_shown(context.act, each)
    if context.account.platform == Platform.SMS:
        await _say(context, "\n".join(lines))
        lines = []
    await _say(context, "\n".join([*lines, *privacy.rules().sentences()]))


async def _page(context: Context) -> Booking | None:
    """Return the booking whose page still opens, the latest of them."""
    latest = await Booking.filter(candidate_id__in=list(context.candidate_ids)).order_by("-starts_at").first()
    return latest if latest is not None and entry_links.opens_until(latest) > context.act.now else None


async def _correct(context: Context, wish: OwnDataWish) -> None:
    if not wish.field or not wish.value:
        await _say(context, HOW_TO_CORRECT)
        return
    field = CorrectedField(wish.field)
    numbers = [
        (await own_data.ask_for_correction(context.act, each, field, wish.value)).number
        for each in await _candidates(context)
    ]
    asked = f"收到，您要把{LABELS[field]}改为 {plain(wish.value)}"
    await _say(context, own_data_words.correction(asked, numbers, context.act.now))


async def _delete(context: Context) -> str:
    """Take the wish in each unit that knows them; one answer, which names the units where there are several."""
    candidates = await _candidates(context)
    said = [own_data_words.erasure(*await erasing.wished(context.act, each)) for each in candidates]
    if len(candidates) == 1:
        return said[0]
    return "\n".join(own_data_words.of_unit(each, text) for each, text in zip(candidates, said, strict=True))


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
