"""What the owner of a signing order hears at its end is true then: who is not asked any more is not asked to press."""

import pytest

from handlers import signature_orders
from handlers.signature_orders import Answer, Ending
from models import Card, Platform, SigningOrder
from tests.database.chains import HEAD, Company, board
from tests.database.office import NOW
from tests.database.talking import deliver_cards, presses
from tests.database.test_signing_orders import G2, REMOTE, Signer, authority, company, said
from workflow import administering, signing_orders
from workflow.plans import Grade, Signing

__all__ = ["authority", "company"]


async def ends(signer: Signer, reason: str) -> None:
    """Let the newest order end without a signature, an hour later."""
    order, late = await signer.order(), NOW + signing_orders.LASTS
    await signer.company.store.transact(lambda: signature_orders.give_up(order.id.hex, reason, late))


@pytest.mark.parametrize("reason", ["expired", "down", "refused", "unknown", "removed"])
@pytest.mark.parametrize("moved", ["withdrawn", "handed on", "answered beside"])
async def test_an_end_says_that_somebody_is_not_asked_any_more(company: Company, reason: str, moved: str) -> None:
    signer, other = Signer(company, "qian"), Signer(company, "zhao")
    request = await company.request(board(Signing.ANY, grade=Grade.G2))
    await company.presses("qian", "approve", request)
    await signer.opens()
    if moved == "withdrawn":
        await company.says("liuyang", f"撤回 {request.number}")
    elif moved == "handed on":
        await company.says("qian", f"转交 {request.number} 李娜")
    else:
        await company.presses("zhao", "approve", request)
        await other.opens()
        assert await other.answers() == Ending.DONE
    await ends(signer, reason)
    told = await said()
    assert "还在等你答复" not in told
    assert told.count("这一级已不用你答复") == (moved != "handed on")  # who handed it on knows


@pytest.mark.parametrize("answer", [Answer.EXPIRED, Answer.DECLINED])
async def test_who_signed_on_another_phone_hears_of_the_second_order_only_where_they_decline_it(
    company: Company, answer: Answer
) -> None:
    qian, one, other = company.person("qian"), Signer(company, "qian"), Signer(company, "qian")
    await company.store.transact(lambda: administering.add_account(Platform.WECOM, "qian", employee=qian))
    request = await company.request(G2)
    await deliver_cards(company.store)
    cards = await Card.filter(request=request, holder=qian)
    for signer, card in zip((one, other), cards, strict=True):
        signer.card = card
        await presses(company.store, "qian", "approve", card.handle)
        await signer.opens()
    assert await one.answers() == Ending.DONE
    assert await other.answers(answer) == Ending.ENDED
    told = await said()
    assert ("已答复过，答复照旧" in told) == (answer == Answer.DECLINED)
    assert "还在等你答复" not in told


async def test_what_is_laid_after_its_time_or_for_a_card_that_is_gone_ends_and_says_what_is_true(
    company: Company,
) -> None:
    signer = Signer(company, "qian")
    request = await company.request(board(Signing.ANY, grade=Grade.G2))
    await company.presses("qian", "approve", request)
    assert await signer.lays(NOW + signing_orders.LASTS) is None
    assert (await signer.order()).why == "signature-expired"
    assert "这次签署过期了，没有生效，还在等你答复" in await said()
    await company.presses("qian", "approve", request)
    order = await SigningOrder.get(ended_at=None)
    await Card.filter(id=order.card_id).update(closed=True)
    assert await signer.lays() is None
    assert "请看最新的卡片再办" in await said()
    assert "你的签名到了" not in await said()


async def test_the_page_names_the_level_to_which_it_is_returned(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(HEAD, G2)
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", f"退回 {request.number} 到 用人部门 请写明")
    laid = await signer.lays()
    assert laid is not None
    assert laid.title == f"{request.number} 取消申请：退回到「用人部门」"


async def test_who_signs_the_older_link_after_the_newer_one_ended_hears_whether_they_are_still_asked(
    company: Company,
) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    older = await signer.order()
    await signer.opens()
    await company.presses("qian", "approve", request)
    await signer.opens()
    assert await signer.answers(Answer.DECLINED) == Ending.ENDED
    work = signature_orders.settle
    await company.store.transact(lambda: work(older.id.hex, REMOTE, "signed", b"x", "", NOW))
    assert "较早的链接，没有用上，还在等你答复" in await said()
