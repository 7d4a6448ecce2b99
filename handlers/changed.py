"""What has changed since somebody looked, in words, and the fresh card that goes with the refusal (I8)."""

from typing import Any

from cards.showing import showing
from handlers.routing import Context
from models import Card, CardPurpose, Step
from workflow import outbox, requests, standing_in
from workflow.card_views import CardView, card_view
from workflow.errors import Refusal, Stale
from workflow.showings import Showing

OTHERWISE = "卡片内容有更新"
UNSHOWN = "unshown"


def words(was: Showing, now: Showing) -> str:
    """Say what is different, the most weighty first; never nothing."""
    found = [
        *_evidence(was, now),
        f"面试改到 {now.when}" if now.starts != was.starts else "",
        _candidate(was, now),
        "前面几级的意见有变化" if now.before != was.before else "",
        f"审批级次由 {was.level}/{was.levels} 变为 {now.level}/{now.levels}" if _place(now) != _place(was) else "",
        "适用的规则有变化" if now.policy != was.policy else "",
        _switched("通知候选人", was.notify, now.notify),
        _switched("保留面试资格", was.keep, now.keep),
        *_lines(was, now),
    ]
    return "；".join(each for each in found if each) or OTHERWISE


def _place(showing: Showing) -> tuple[int, int]:
    return showing.level, showing.levels


def _evidence(was: Showing, now: Showing) -> list[str]:
    added, gone = set(now.evidence) - set(was.evidence), set(was.evidence) - set(now.evidence)
    both = (("新增证明材料", added), ("撤下证明材料", gone))
    return [f"{verb} {len(pieces)} 份（现有 {len(now.evidence)} 份）" for verb, pieces in both if pieces]


def _candidate(was: Showing, now: Showing) -> str:
    if now.declined and not was.declined:
        return "候选人说不来了"
    if was.declined and not now.declined:
        return "候选人又要来了，面试已恢复"
    return "候选人又说想参加，等 HR 决定" if now.word and now.word != was.word else ""


def _switched(what: str, was: bool, now: bool) -> str:
    return "" if was == now else f"改为{'' if now else '不'}{what}"


SAID_OTHERWISE = ("证明", "注意", "编号")


def _lines(was: Showing, now: Showing) -> list[str]:
    """Name the lines that read otherwise and of which nothing was said yet; the title names who, when and the time."""
    before, labels = set(was.lines), [label for label, _ in was.lines]
    changed = [label for label, text in now.lines if (label, text) not in before and label not in now.moving]
    named = [each for each in changed if each in labels and each not in SAID_OTHERWISE and each]
    title = ["标题"] if was.title != now.title and was.starts == now.starts else []
    return [f"「{each}」有更新" for each in dict.fromkeys([*title, *named])]


async def since(card: Card, was: Showing | None, context: Context) -> str:
    """Say what has changed on a card since a drawing; `was` is None where nobody knows any more what it showed."""
    view = await card_view(card, context.act)
    if was is None or not isinstance(view, CardView) or view.step is None:
        return OTHERWISE
    return words(was, showing(view))


async def unshown(step: Step) -> Stale:
    """Return the refusal for somebody who was shown nothing yet."""
    request = await requests.reload(step.request_id)
    return Stale(UNSHOWN, number=request.number, step=step.id)


async def show_again(context: Context, refusal: Refusal) -> None:
    """After a refusal of what was typed about another state: show it as it is now."""
    if not isinstance(refusal, Stale) or "step" not in refusal.facts:
        return
    step = await Step.get(id=refusal.facts["step"]).prefetch_related("approver")
    request = await requests.reload(step.request_id)
    cards = await Card.filter(step=step, holder=context.employee, closed=False)
    here = [each for each in cards if each.account_id == context.account.id]
    for card in here or cards:
        await outbox.refresh_card(context.act, card)
    if not cards and await standing_in.may_answer(request, step, context.employee, context.act.now):
        about: dict[str, Any] = {
            "holder": context.employee,
            "booking": request.booking,
            "request": request,
            "step": step,
        }
        await outbox.hand_card(context.act, CardPurpose.APPROVAL, context.account, **about)
