"""A step that wants an authority's signature is decided by it, over what was shown, and by nothing less (G2)."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers import signature_orders
from handlers.signature_orders import Answer, Ending, Laid
from models import (
    ApprovalStatement,
    AuditRecord,
    CancellationRequest,
    Card,
    Employee,
    OrderState,
    OutboxMessage,
    SigningOrder,
)
from models.store import Store
from sandbox.authority import Authority as Issuer
from sandbox.authority import Holder, sign
from tests.database.chains import HEAD, LEADER, NAMES, Company, asked, board, card_of, status
from tests.database.office import NOW
from tests.database.talking import seen
from workflow import authorities, cms, confirming
from workflow.authorities import Authority
from workflow.plans import Grade, Signing

G2 = replace(LEADER, grade=Grade.G2)
ISSUER = Issuer()
REMOTE, PAGE = "remote-1", "https://ca.example.cn/sign/1"


@pytest.fixture(autouse=True)
def authority() -> Iterator[None]:
    authorities.install(Authority("某某认证", cms.certificates_in(ISSUER.pem.encode()), {"sunli": "HC-7"}))
    yield
    authorities.install(None)


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


class Signer:
    """Somebody with a certificate, in front of the authority's page."""

    def __init__(self, company: Company, who: str, account: str = "", issuer: Issuer = ISSUER) -> None:
        self.company, self.who = company, who
        self.card: Card | None = None  # of one of their phones
        self.holder = issuer.holder(account or who, NAMES[who], NOW)

    async def order(self) -> SigningOrder:
        orders = SigningOrder.filter(employee__key=self.who)
        found = orders.filter(card_id=self.card.id) if self.card else orders
        return min(await found, key=lambda each: each.ended_at is not None)

    async def lays(self, now: datetime = NOW, chain: list[bytes] | None = None) -> Laid | None:
        order, given = await self.order(), chain if chain is not None else self.holder.chain
        return await self.company.store.transact(lambda: signature_orders.lay(order.id.hex, given, now))

    async def opens(self, now: datetime = NOW) -> str:
        """Go until the authority's page is open; returns the digest on it."""
        laid = await self.lays(now)
        assert laid is not None, (await self.order()).why
        order = await self.order()
        work = signature_orders.open_with
        assert await self.company.store.transact(lambda: work(order.id.hex, REMOTE, PAGE, now))
        return laid.digest

    async def answers(
        self,
        answer: str = Answer.SIGNED,
        *,
        made: bytes | None = None,
        remote: str = REMOTE,
        now: datetime = NOW,
        holder: Holder | None = None,
    ) -> Ending:
        order = await self.order()
        signature = b""
        if answer == Answer.SIGNED:
            signature = made if made is not None else sign(holder or self.holder, bytes.fromhex(order.digest), now)
        work = signature_orders.settle
        return await self.company.store.transact(lambda: work(order.id.hex, remote, answer, signature, "5f" * 32, now))


async def said() -> str:
    rows = await OutboxMessage.filter(kind="say").order_by("posted_at", "id")
    return "\n".join(str(each.payload) for each in rows)


async def decided() -> list[dict[str, object]]:
    return [json.loads(each.text) for each in await ApprovalStatement.all().order_by("place")]


async def test_a_press_decides_nothing_and_the_verified_signature_decides_once(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request, comment="请及时通知")
    assert "还没有生效" in await said()
    assert (await status(request), await decided()) == ("awaiting_approval", [])
    assert (await seen(await card_of("qian", request))).status.startswith("待你本人签名")
    digest = await signer.opens()
    assert PAGE in await said()
    assert digest[:8] in await said()
    assert await decided() == []
    assert await signer.answers() == Ending.DONE
    assert await status(request) == "approved"
    [statement] = await ApprovalStatement.all()
    told = json.loads(statement.text)
    assert statement.digest == digest == hashlib.sha256(statement.text.encode()).hexdigest()
    assert (told["grade"], told["key"]) == ("g2", hashlib.sha256(signer.holder.der).hexdigest())
    [record] = await AuditRecord.filter(action="approval.approved")
    line = json.loads(record.line)
    assert (line["actor"]["via"], line["actor"]["auth"], line["data"]["proof"]) == (
        "signature",
        "certificate",
        "certificate",
    )
    assert line["data"]["asked_at"] == told["at"]
    [asked_for] = await AuditRecord.filter(action="signature.asked")
    data = json.loads(asked_for.line)["data"]
    qian = await Employee.get(key="qian")
    assert (data["person"], data["certificate"], data["digest"]) == (qian.pseudonym, told["key"], digest)
    assert [await signer.answers() for _ in range(2)] == [Ending.GONE] * 2  # once
    assert len(await decided()) == 1


async def test_the_signature_and_its_root_go_out_with_the_statement_and_stand_nowhere_in_the_clear(
    company: Company,
) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.says("qian", f"同意 {request.number}")
    await signer.opens()
    assert await signer.answers() == Ending.DONE
    files = await confirming.files_of(await AuditRecord.filter(action="approval.approved"), shown=False)
    assert files["statements/roots.pem"].decode() == ISSUER.pem
    [note] = [each for name, each in files.items() if name.endswith(".statement")]
    assert note.count(b"\xe2\x80\x94 ") == 2  # the log's line and the authority's
    [statement] = await ApprovalStatement.all()
    assert statement.signatures.count("—") == 1
    order = await signer.order()
    assert "cms" in json.loads(str(order.signature))
    assert "钱进".encode() not in bytes(order.sealed_signature)


@pytest.mark.parametrize(
    ("text", "decision"),
    [("驳回 {} 岗位仍缺人", "rejected"), ("退回 {} 请补邮件", "sent_back"), ("退回 {} 到 用人部门 请写明", "returned")],
)
async def test_saying_no_and_returning_are_signed_too(company: Company, text: str, decision: str) -> None:
    signer = Signer(company, "qian")
    request = await company.request(HEAD, G2)
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", text.format(request.number))
    assert len(await decided()) == 1
    await signer.opens()
    assert await signer.answers() == Ending.DONE
    assert [each["decision"] for each in await decided()] == ["approved", decision]


async def test_an_account_that_is_not_the_staff_number_is_named_in_the_settings(company: Company) -> None:
    request = await company.request(board(Signing.ANY, grade=Grade.G2))
    signer = Signer(company, "sunli", "HC-7")
    await company.presses("sunli", "approve", request)
    await signer.opens()
    assert await signer.answers() == Ending.DONE


@pytest.mark.parametrize("fault", ["name", "account", "root", "expired", "nothing"])
async def test_a_certificate_that_is_not_this_persons_or_leads_nowhere_opens_no_page(
    company: Company, fault: str
) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    chain = {
        "name": ISSUER.holder("qian", "钱金", NOW).chain,
        "account": ISSUER.holder("sunli", "钱进", NOW).chain,
        "root": Issuer("stranger").holder("qian", "钱进", NOW).chain,
        "expired": ISSUER.holder("qian", "钱进", NOW, expired=True).chain,
        "nothing": [],
    }[fault]
    assert await signer.lays(chain=chain) is None
    assert (await signer.order()).why == "certificate-unfit"
    assert "证书不是你的" in await said()
    assert (await status(request), await decided()) == ("awaiting_approval", [])
    assert (await seen(await card_of("qian", request))).status.startswith("待你审批")


@pytest.mark.parametrize(
    "fault", ["digest", "another-certificate", "stranger", "expired", "empty", "spoiled", "early", "late"]
)
async def test_a_signature_that_is_not_over_this_by_this_certificate_now_decides_nothing(
    company: Company, fault: str
) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    digest = bytes.fromhex(await signer.opens())
    good = sign(signer.holder, digest, NOW)
    made = {
        "digest": lambda: sign(signer.holder, hashlib.sha256(b"another").digest(), NOW),
        "another-certificate": lambda: sign(ISSUER.holder("zhao", "赵国强", NOW), digest, NOW),
        "stranger": lambda: sign(Issuer("stranger").holder("qian", "钱进", NOW), digest, NOW),
        "expired": lambda: sign(ISSUER.holder("qian", "钱进", NOW, expired=True), digest, NOW),
        "empty": lambda: b"\0",
        "spoiled": lambda: good[:-1] + bytes([good[-1] ^ 1]),
        "early": lambda: sign(signer.holder, digest, NOW - timedelta(minutes=6)),
        "late": lambda: sign(signer.holder, digest, NOW + timedelta(minutes=6)),
    }[fault]()
    assert await signer.answers(made=made) == Ending.ENDED
    assert (await status(request), await decided()) == ("awaiting_approval", [])
    [attempt] = await AuditRecord.filter(action="attempt.refused")
    assert json.loads(attempt.line)["why"] == "signature-refused"
    assert "没有通过核对" in await said()
    assert await signer.answers(made=good) == Ending.GONE  # it ended


@pytest.mark.parametrize(("answer", "words"), [(Answer.DECLINED, "选了不签"), (Answer.EXPIRED, "过期了")])
async def test_declined_and_expired_decide_nothing_and_it_can_be_asked_again(
    company: Company, answer: str, words: str
) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    await signer.opens()
    assert await signer.answers(answer) == Ending.ENDED
    assert words in await said()
    assert (await status(request), await decided()) == ("awaiting_approval", [])
    assert "已催办" in await company.says("liuyang", f"催办 {request.number}")
    await company.presses("qian", "approve", request)
    await signer.opens(NOW)
    assert await signer.answers() == Ending.DONE


async def test_another_id_of_the_authority_or_of_an_order_reads_as_none(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    await signer.opens()
    assert await signer.answers(remote="remote-2") == Ending.GONE
    for unknown in ("0" * 32, "no id", ""):
        work = signature_orders.settle
        ended = await company.store.transact(
            lambda unknown=unknown, work=work: work(unknown, REMOTE, "declined", b"", "", NOW)
        )
        assert ended == Ending.GONE
    assert (await signer.order()).state == OrderState.OPEN


async def test_an_order_that_was_not_opened_yet_takes_no_signature(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    await signer.lays()
    assert await signer.answers(remote="") == Ending.GONE
    assert await status(request) == "awaiting_approval"


async def test_what_is_laid_once_is_laid_the_same_again_after_a_crash(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    first = await signer.lays()
    assert first == await signer.lays()
    assert await AuditRecord.filter(action="signature.asked").count() == 1
    await signer.opens()
    assert await signer.answers() == Ending.DONE


async def test_what_changes_before_the_signature_comes_voids_it_and_says_what(company: Company, store: Store) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    await signer.opens()

    async def moved() -> None:
        booking = await (await CancellationRequest.get(id=request.id)).booking
        booking.starts_at += timedelta(hours=2)
        await booking.save(update_fields=["starts_at"])

    await store.transact(moved)
    assert await signer.answers() == Ending.ENDED
    assert "面试改到" in await said()
    assert (await decided(), (await signer.order()).why) == ([], "stale")
    assert await OutboxMessage.filter(kind="card_update").exists()  # as it is now


async def test_a_signature_that_comes_after_the_case_moved_on_is_told_and_not_used(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    await signer.opens()
    assert "撤回" in await company.says("liuyang", f"撤回 {request.number}")
    assert await signer.answers() == Ending.ENDED
    assert (await status(request), await decided()) == ("withdrawn", [])
    assert f"{request.number} 没有生效：" in await said()


async def test_an_answer_beside_it_in_between_ends_the_order_and_shows_the_card_anew(company: Company) -> None:
    qian, zhao = Signer(company, "qian"), Signer(company, "zhao")
    request = await company.request(board(Signing.ALL, grade=Grade.G2))
    await company.presses("qian", "approve", request)
    await company.presses("zhao", "approve", request)
    await qian.opens()
    await zhao.opens()
    assert await zhao.answers() == Ending.DONE
    assert await qian.answers() == Ending.ENDED
    assert "同事先答复" in await said()
    await company.presses("qian", "approve", request)
    await qian.opens()
    assert await qian.answers() == Ending.DONE
    first, second = await ApprovalStatement.all().order_by("place")
    assert json.loads(second.text)["prev"] == first.digest
    assert await asked(request) == ["sunli"]


async def test_a_newer_press_voids_the_older_order(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    older = await signer.order()
    await signer.opens()
    signed = sign(signer.holder, bytes.fromhex((await signer.order()).digest), NOW)
    await company.presses("qian", "reject", request, comment="岗位仍缺人")
    assert (await SigningOrder.get(id=older.id)).why == "replaced"
    work = signature_orders.settle
    ended = await company.store.transact(lambda: work(older.id.hex, REMOTE, "signed", signed, "", NOW))
    assert (ended, await decided()) == (Ending.GONE, [])
    await company.store.transact(lambda: work(older.id.hex, REMOTE, "signed", signed, "", NOW))
    assert (await said()).count("较早的链接，没有用上，还没有生效。以最近一次发给你的链接为准") == 1
    other = await company.store.transact(lambda: work(older.id.hex, "remote-2", "signed", signed, "", NOW))
    assert other == Ending.GONE


async def test_a_service_that_was_removed_lets_nothing_pass_and_the_attempt_is_recorded(company: Company) -> None:
    signer = Signer(company, "qian")
    request = await company.request(G2)
    await company.presses("qian", "approve", request)
    await signer.opens()
    authorities.install(None)
    assert await signer.answers() == Ending.ENDED
    for text in (f"同意 {request.number}", f"驳回 {request.number} 岗位仍缺人"):
        assert "签名服务现在没有配置" in await company.says("qian", text)
    whys = {json.loads(each.line)["why"] for each in await AuditRecord.filter(action="attempt.refused")}
    assert (await status(request), await decided(), whys) == ("awaiting_approval", [], {"grade-missing"})


async def test_several_at_once_are_not_signed_with_one_signature(company: Company) -> None:
    one, two = await company.request(G2), await company.request(G2)
    await company.says("qian", "待我审批")
    assert "一条一条" in await company.says("qian", "同意 1 2")
    assert [await status(each) for each in (one, two)] == ["awaiting_approval"] * 2
    assert await SigningOrder.all().count() == 0


async def test_without_a_reason_a_rejection_is_refused_before_anything_is_asked_of_the_authority(
    company: Company,
) -> None:
    request = await company.request(G2)
    await company.presses("qian", "reject", request)
    assert await SigningOrder.all().count() == 0
    assert await Card.filter(request=request, purpose="approval").count() > 0
