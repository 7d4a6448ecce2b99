"""What candidates send that is no text: a picture or a file may be their proof, a voice message cannot be heard."""

from collections.abc import Mapping

from handlers import evidence_words, refusals
from handlers.routing import Context
from models import Account, CancellationRequest, OutboxMessage, RequestStatus
from workflow import cancelling, outbox, requests
from workflow import evidence as kept
from workflow.acting import Act
from workflow.errors import Refusal

NOT_KEPT = (
    "收到您发来的文件，谢谢。您现在没有正在办理的取消，所以它没有保存，也没有转给任何人。"
    "想取消面试请回复「取消」，登记之后再发来就会作为证明；有别的事请直接打字，我会转给招聘负责人。"
)
VOICE = (
    "收到您的语音，谢谢。这里还听不了语音，没有转给任何人，您的面试安排不变。"
    "请打字告诉我：想取消回复「取消」，想改期请写您方便的时间。"
)
OTHER = (
    "收到，谢谢。这里只看得懂文字，能保存的证明是图片（PNG、JPG、WebP）、PDF 和邮件（.eml）。"
    "您发来的没有保存，面试安排不变。"
    "请打字告诉我，想取消回复「取消」。"
)


async def came(context: Context) -> None:
    """Fetch what was sent as proof of the candidate's own word; without one, say exactly that nothing was kept."""
    request = await kept.of_candidates(list(context.candidate_ids), context.act.now)
    if request is None:
        await outbox.say(context.act, context.account, NOT_KEPT)
        return
    await post_fetches(context, request)


async def post_fetches(context: Context, request: CancellationRequest) -> None:
    """Post one row for each file; they are fetched after this transaction, because that is a call (design.md §1.1)."""
    for payload in payloads(context):
        await post_fetch(context, request, payload)


def payloads(context: Context) -> list[dict[str, str]]:
    """Return what is needed to fetch each file that came: where it is, its name, and which message brought it."""
    source, digest = context.incoming.key, context.act.source
    return [{"ref": each.ref, "name": each.name, "source": source, "digest": digest} for each in context.incoming.files]


async def post_fetch(context: Context, request: CancellationRequest, payload: Mapping[str, str]) -> None:
    """Have one file fetched as evidence of a request; once, whoever asks again."""
    await outbox.post(
        context.act,
        "fetch",
        "evidence",
        account=context.account,
        request=request,
        payload=dict(payload),
        dedupe=once(payload),
    )


def once(payload: Mapping[str, str]) -> str:
    """Return what tells a file that came from every other, as the row that fetches it has it."""
    return f"fetch:{payload['source']}:{payload['ref']}"[:120]


async def voice(context: Context) -> None:
    """Answer a voice message that came without its words."""
    await outbox.say(context.act, context.account, VOICE)


async def other(context: Context) -> None:
    """Answer a video, a place, a link or whatever else a chat can carry."""
    await outbox.say(context.act, context.account, OTHER)


async def fetched(act: Act, row: OutboxMessage, material: kept.Material, reference: str) -> str:
    """Keep what was fetched, show it to who decides, and tell the candidate; returns why it was not kept."""
    account, request = await Account.get(id=row.account_id), await requests.reload(row.request_id)
    try:
        await kept.keep_file(act, request, material)
    except Refusal as refusal:
        await kept.note_refused(act, request, material, refusal)
        await outbox.say(act, account, _not_kept(refusal, request, reference))
        return refusal.code
    await cancelling.more_evidence(act, await requests.reload(request.id))
    seen = "，招聘负责人看得到" if request.status == RequestStatus.CARRIED_OUT else "，会给审批人看到"
    text = f"收到，谢谢。您发来的文件已保存为登记 {request.number} 的证明{seen}。您不用再做什么。"
    await outbox.say(act, account, text)
    return ""


def _not_kept(refusal: Refusal, request: CancellationRequest, reference: str) -> str:
    if not refusal.code.startswith(evidence_words.PREFIX):
        return f"收到您发来的文件，没有保存。{refusals.to_candidate(refusal, reference)}"
    why = evidence_words.to_candidate(refusal)
    return f"收到您发来的文件。{why}。您的登记 {request.number} 不受影响。编号 {reference}"


async def lost(act: Act, row: OutboxMessage, *, unchecked: bool = False) -> None:
    """Tell the candidate that a file could not be fetched, or not be checked."""
    why = "的病毒检查一直没有做成" if unchecked else "没有取到：平台没有把它交给我们"
    text = f"您发来的文件{why}，所以没有保存。如果要作为证明，请重新发一次。"
    await outbox.say(act, await Account.get(id=row.account_id), text)
