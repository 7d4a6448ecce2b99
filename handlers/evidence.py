"""A picture or a file that HR sends: it belongs to the request that waits for evidence."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from tortoise.transactions import in_transaction

from handlers import attempts, candidate_files, picking
from handlers.refusals import sentence
from handlers.routing import Context
from models import Account, CancellationRequest, Employee, OutboxMessage, RequestStatus
from workflow import cancelling, outbox, requests, revising
from workflow import evidence as kept
from workflow.acting import Act
from workflow.errors import Refusal
from workflow.evidence_rules import MOST
from workflow.rights_words import name_of
from workflow.views import booking_seen

KIND = "further-evidence"  # the open question: of which request a file is proof
LASTS = timedelta(minutes=10)
FURTHER = "further"  # in the payload of a fetch: it was sent while others decide


async def came(context: Context) -> None:
    """Note that files came; they are fetched after this transaction, because that is a call (design.md §1.1)."""
    waiting = await kept.awaiting(context.act)
    if waiting is None and (decided_now := await kept.under_approval(context.act)):
        await _ask_which(context, decided_now)
        return
    if waiting is None:
        text = (
            "收到文件，但你没有等证明的申请，所以没有保存。"
            f"请先发「取消 姓名 …」，点「提交审批」后再把证明发来。编号 {context.reference}"
        )
        await outbox.say(context.act, context.account, text)
        return
    await candidate_files.post_fetches(context, waiting)


async def _ask_which(context: Context, found: Sequence[CancellationRequest]) -> None:
    """Ask of which request in approval a file is further proof, even where there is one: it changes others' cards."""
    files, left = await _waiting_files(context)
    state: dict[str, object] = {"files": files}
    await picking.ask(context, KIND, [str(each.id) for each in found], state, LASTS)
    full = [await requests.reload(each.id) for each in found]
    views = [(each.number, await booking_seen(each.booking, context.act)) for each in full]
    lines = [f"{place}　{number} {view.title}" for place, (number, view) in enumerate(views, start=1)]
    these = f"这 {len(files)} 份" if len(files) > 1 else ""
    both = f"，{these}都" if these else " "
    tail = (
        f"回复 {picking.up_to(len(lines))}{both}作为那一件补充的证明：等着审批的人的卡片会更新，要按新的内容决定。"
        f"{int(LASTS.total_seconds() // 60)} 分钟内有效，不要了发「算了」。"
    )
    over = f"一次最多补 {MOST} 份，多出的 {left} 份没有收下，补好这些再发一次。" if left else ""
    head = f"收到文件，{these}还没有保存。{over}你没有等证明的申请，正在审批的有："
    await outbox.say(context.act, context.account, "\n".join([head, *lines, tail]))


async def _waiting_files(context: Context) -> tuple[list[dict[str, str]], int]:
    """Return the files that wait for the answer, and how many are too many.

    Of two pictures a phone makes two messages: those that were asked about before and not answered wait on.
    """
    before = await picking.asked(context)
    earlier = before["files"] if before and before["kind"] == KIND else []
    assert isinstance(earlier, list)
    every = [*earlier, *candidate_files.payloads(context)]
    return every[:MOST], len(every[MOST:])


async def chosen(context: Context, request_id: str, question: Mapping[str, object]) -> None:
    """Have the files that were asked about fetched for the request that was chosen."""
    request = await requests.reload(request_id)
    kept.require_taking(request)
    await picking.drop(context)
    files = question["files"]
    assert isinstance(files, list)
    for each in files:
        await candidate_files.post_fetch(context, request, {**each, FURTHER: "1"})


async def fetched(act: Act, row: OutboxMessage, material: kept.Material, reference: str) -> str:
    """Keep what was fetched and let the request go on; returns why it was not kept, or nothing."""
    if act.candidate is not None:
        return await candidate_files.fetched(act, row, material, reference)
    request = await requests.reload(row.request_id)
    before, further = await kept.count_of(request), FURTHER in json.loads(row.payload or "{}")
    try:
        if further:
            kept.require_taking(request)
        await kept.keep_file(act, request, material)
    except Refusal as refusal:
        await kept.note_refused(act, request, material, refusal)
        await outbox.say(act, await Account.get(id=row.account_id), sentence(refusal, reference))
        return refusal.code
    await _send_on(act, row, request, reference)
    if request.status == RequestStatus.AWAITING_APPROVAL:
        await _added(act, row, await requests.reload(request.id), before, further)
    return ""


async def _added(act: Act, row: OutboxMessage, request: CancellationRequest, before: int, further: bool) -> None:
    """Say what a piece that came while others decide has changed, and to whoever agreed without it."""
    now, asked, answered = await kept.count_of(request), "", ""
    if now > before:
        asked, answered = (_names(each) for each in await revising.told_apart(act, request, now))
    if not further:
        return  # sent with the first piece, before anybody was asked
    text = (
        f"已补进 {request.number}，现有 {now} 份证明。{asked} 的卡片已更新，要按新的内容决定。" if now > before else ""
    )
    told = f"{answered} 已按当时的证明同意，意见仍然有效，已告诉其又补了证明。" if answered else ""
    same = f"这份证明 {request.number} 已经有了，没有变化。"
    await outbox.say(act, await Account.get(id=row.account_id), f"{text}{told}" or same)


def _names(people: Iterable[Employee]) -> str:
    return "、".join(name_of(each) for each in people)


async def _send_on(act: Act, row: OutboxMessage, request: CancellationRequest, reference: str) -> None:
    """Let the request go on; the file stays, whatever is in the way of that."""
    try:
        async with in_transaction():
            await cancelling.evidence_came(act, await requests.reload(request.id))
    except Refusal as refusal:
        await attempts.note(act, request.organisation, request.number, "file", refusal)
        await requests.refresh_requesters_card(act, request)
        text = f"证明已收下。{sentence(refusal, reference)}"
        await outbox.say(act, await Account.get(id=row.account_id), text)


async def lost(act: Act, row: OutboxMessage, *, unchecked: bool = False) -> None:
    """Tell the sender that a file could not be fetched, or not be checked, so that it is sent again."""
    if act.candidate is not None:
        await candidate_files.lost(act, row, unchecked=unchecked)
        return
    request = await CancellationRequest.get(id=row.request_id)
    why = "病毒检查一直没有做成，所以没有保存" if unchecked else "平台没有把文件交给我们"
    await outbox.say(act, await Account.get(id=row.account_id), f"证明没有收到：{why}。{_again(request)}")


def _again(request: CancellationRequest) -> str:
    """Say what follows for a request whose proof was lost: it may wait for it, or never have waited, or be over."""
    number = request.number
    if request.status in kept.WAITING:
        return f"申请 {number} 还在等证明，请重新发一次。"
    if request.status == RequestStatus.AWAITING_APPROVAL:
        return f"申请 {number} 正在审批，不等这一份；要补请重新发一次。"
    return f"申请 {number} 现在已不收证明，不用再发。到哪一步了可发「时间轴 {number}」。"
