"""A picture or a file that HR sends: it belongs to the request that waits for evidence."""

from tortoise.transactions import in_transaction

from handlers import attempts, candidate_files
from handlers.refusals import sentence
from handlers.routing import Context
from models import Account, CancellationRequest, OutboxMessage
from workflow import cancelling, outbox, requests
from workflow import evidence as kept
from workflow.acting import Act
from workflow.errors import Refusal


async def came(context: Context) -> None:
    """Note that files came; they are fetched after this transaction, because that is a call (design.md §1.1)."""
    waiting = await kept.awaiting(context.act)
    if waiting is None:
        text = (
            "收到文件，但你没有等证明的申请，所以没有保存。"
            f"请先发「取消 姓名 …」，点「提交审批」后再把证明发来。编号 {context.reference}"
        )
        await outbox.say(context.act, context.account, text)
        return
    await candidate_files.post_fetches(context, waiting)


async def fetched(act: Act, row: OutboxMessage, material: kept.Material, reference: str) -> str:
    """Keep what was fetched and let the request go on; returns why it was not kept, or nothing."""
    if act.candidate is not None:
        return await candidate_files.fetched(act, row, material, reference)
    request = await requests.reload(row.request_id)
    try:
        await kept.keep_file(act, request, material)
    except Refusal as refusal:
        await kept.note_refused(act, request, material, refusal)
        await outbox.say(act, await Account.get(id=row.account_id), sentence(refusal, reference))
        return refusal.code
    await _send_on(act, row, request, reference)
    return ""


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
    text = f"证明没有收到：{why}。申请 {request.number} 还在等证明，请重新发一次。"
    await outbox.say(act, await Account.get(id=row.account_id), text)
