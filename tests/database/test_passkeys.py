"""A step that wants a passkey is decided by its owner's signature over what was shown, and by nothing less (G1)."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import packing
from handlers import confirm_page
from handlers import passkeys as binding
from handlers.confirm_page import Ending
from models import ApprovalStatement, AuditRecord, CancellationRequest, DownloadLink, Passkey
from models.store import Store
from tests.database import office
from tests.database.chains import HEAD, LEADER, Company, asked, board, status
from tests.database.office import NOW
from tests.passkeys import UP, Authenticator, decoded
from workflow import confirm_links, passkeys, relying, signing, timeline
from workflow.acting import Act
from workflow.plans import Grade, Signing
from workflow.signing import Signing as Logs

ORIGIN = "https://hr.example.cn"
G1 = replace(LEADER, grade=Grade.G1)


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    relying.install(relying.site_of(ORIGIN))
    yield
    relying.install(None)


@pytest.fixture
def signs_its_logs() -> Iterator[None]:
    signing.install(Logs(bytes(range(32, 64))))
    yield
    signing.install(None)


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


class Browser:
    """Somebody's browser with their passkey, in front of the pages."""

    def __init__(self, company: Company, who: str, authenticator: Authenticator) -> None:
        self.company, self.who, self.authenticator = company, who, authenticator

    async def bind(self) -> binding.Outcome:
        await self.company.says(self.who, "绑定通行密钥")
        passkey = await Passkey.filter(employee__key=self.who).order_by("-made_at").first()
        assert passkey is not None
        token, form = passkeys.token_of(passkey.id.hex), {"form": passkeys.seal_of(passkey)}
        opened = await self._bind(token, {**form, "code": passkeys.code_of(passkey)})
        made = self.authenticator.create(opened.options)
        return await self._bind(token, {**form, "proven": passkeys.proven_of(passkey), "credential": made})

    async def _bind(self, token: str, fields: dict[str, str]) -> binding.Outcome:
        return await self.company.store.transact(lambda: binding.take(token, fields, "5f" * 32, NOW))

    async def link(self) -> DownloadLink:
        mine = await DownloadLink.filter(report__startswith="confirm/", employee__key=self.who)
        return min(mine, key=lambda each: each.ended_at is not None)

    async def opens(self, now: datetime = NOW) -> confirm_page.Outcome:
        link = await self.link()
        return await self.sends({"code": confirm_links.code_of(link)}, now)

    async def sends(self, fields: dict[str, str], now: datetime = NOW) -> confirm_page.Outcome:
        link = await self.link()
        token, form = confirm_links.token_of(link.id.hex), {"form": confirm_links.seal_of(link)}
        return await self.company.store.transact(lambda: confirm_page.take(token, form | fields, "5f" * 32, now))

    async def signs(self, opened: confirm_page.Outcome, now: datetime = NOW) -> confirm_page.Outcome:
        assert opened.laid is not None, opened
        proven = confirm_links.proven_of(await self.link())
        return await self.sends({"proven": proven, "credential": self.authenticator.get(opened.laid.options)}, now)

    async def confirms(self) -> confirm_page.Outcome:
        return await self.signs(await self.opens())


async def bound(company: Company, who: str, kind: str = "es256") -> Browser:
    browser = Browser(company, who, Authenticator(ORIGIN, kind, name=f"credential of {who}".encode()))
    assert (await browser.bind()).ending == binding.Ending.DONE
    return browser


async def decided() -> list[dict[str, object]]:
    return [json.loads(each.text) for each in await ApprovalStatement.all().order_by("place")]


@pytest.mark.parametrize("kind", ["es256", "eddsa", "rs256"])
async def test_an_answer_by_text_waits_for_the_passkey_and_the_signature_decides(company: Company, kind: str) -> None:
    browser = await bound(company, "qian", kind)
    request = await company.request(G1)
    said = await company.says("qian", f"同意 {request.number} 附言=请及时通知")
    assert "还没有生效" in said
    assert "已同意" not in said
    assert (await status(request), await decided()) == ("awaiting_approval", [])
    opened = await browser.opens()
    assert opened.laid is not None
    assert ("你的意见", "同意") in opened.laid.answer
    assert ("附言", "请及时通知") in opened.laid.answer
    challenge = json.loads(opened.laid.options)["challenge"]
    assert decoded(challenge) == hashlib.sha256(opened.laid.text.encode()).digest()
    assert (await browser.signs(opened)).ending == Ending.DONE
    assert await status(request) == "approved"
    [statement] = await ApprovalStatement.all()
    [record] = await AuditRecord.filter(action="approval.approved")
    key = (await Passkey.get(employee__key="qian")).key
    said_so = json.loads(statement.text)
    assert statement.text == opened.laid.text
    assert (said_so["grade"], said_so["key"]) == ("g1", key)
    line = json.loads(record.line)
    assert (line["actor"]["via"], line["actor"]["auth"], line["data"]["proof"]) == ("page", "passkey", "passkey")
    assert (line["data"]["statement"], line["data"]["asked_at"]) == (statement.digest, said_so["at"])
    [enrolled] = await AuditRecord.filter(action="passkey.bound")
    assert json.loads(enrolled.line)["data"]["key"] == key
    assert (await browser.signs(opened)).ending == Ending.GONE  # once


async def test_what_the_page_shows_is_what_the_card_shows_without_what_moves(company: Company) -> None:
    browser = await bound(company, "qian")
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    opened = await browser.opens()
    assert opened.laid is not None
    shown = json.loads(opened.laid.text)
    labels = [label for label, _ in opened.laid.lines]
    assert "距面试" not in labels
    assert opened.laid.showing.title
    assert shown["evidence"] == list(opened.laid.showing.evidence)
    assert (await browser.signs(opened)).ending == Ending.DONE
    kept = json.loads(str((await ApprovalStatement.get()).shown))
    assert kept["title"] == opened.laid.showing.title
    assert kept["lines"] == [f"{label}：{value}" for label, value in opened.laid.lines]


@pytest.mark.parametrize(
    ("text", "decision", "answer"),
    [
        ("驳回 {} 岗位仍缺人", "rejected", "驳回"),
        ("退回 {} 请补邮件", "sent_back", "退回补充"),
        ("退回 {} 到 用人部门 请写明", "returned", "退回到「用人部门」"),
    ],
)
async def test_saying_no_and_returning_are_signed_too(company: Company, text: str, decision: str, answer: str) -> None:
    browser = await bound(company, "qian")
    request = await company.request(HEAD, G1)
    await company.says("chenmin", f"同意 {request.number} 不再招聘")
    await company.says("qian", text.format(request.number))
    assert len(await decided()) == 1
    opened = await browser.opens()
    assert opened.laid is not None
    assert opened.laid.answer[0] == ("你的意见", answer)
    assert (await browser.signs(opened)).ending == Ending.DONE
    assert [each["decision"] for each in await decided()] == ["approved", decision]


async def test_without_a_passkey_nothing_is_decided_and_the_answer_says_how_to_bind(company: Company) -> None:
    request = await company.request(G1)
    assert "绑定通行密钥" in await company.says("qian", f"同意 {request.number}")
    assert "绑定通行密钥" in await company.presses("qian", "reject", request, comment="岗位仍缺人")
    assert (await status(request), await decided()) == ("awaiting_approval", [])
    assert await DownloadLink.all().count() == 0


async def test_a_site_that_can_have_no_passkeys_says_so(company: Company) -> None:
    relying.install(relying.site_of("https://10.0.0.8"))
    assert "用不了通行密钥" in await company.says("qian", "绑定通行密钥")


async def test_a_strangers_passkey_signs_nothing(company: Company) -> None:
    browser = await bound(company, "qian")
    stranger = await bound(company, "sunli")
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    opened = await browser.opens()
    stranger.authenticator.name = browser.authenticator.name
    browser.authenticator = stranger.authenticator
    again = await browser.signs(opened)
    assert (again.ending, again.left) == (Ending.SHOWN, 4)
    assert (await status(request), await decided()) == ("awaiting_approval", [])
    [record] = await AuditRecord.filter(action="passkey.refused")
    assert json.loads(record.line)["why"] == "passkey-refused"


ODD: dict[str, dict[str, object]] = {
    "framed": {"crossOrigin": True},
    "cross-origin-zero": {"crossOrigin": 0},
    "nan": {"more": float("nan")},
    "long": {"more": "x" * 1000},
}
"""What a library takes and the auditor's programs do not: whoever confirmed so could deny it later."""


@pytest.mark.parametrize(
    "fault", ["origin", "no-verification", "another-statement", "count", "not-json", "empty", *ODD]
)
async def test_a_signature_that_is_not_over_this_by_its_verified_owner_here_decides_nothing(
    company: Company, fault: str
) -> None:
    browser = await bound(company, "qian")
    await Passkey.filter(employee__key="qian").update(sign_count=7)
    browser.authenticator.count = 7 if fault == "count" else 8
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    opened = await browser.opens()
    assert opened.laid is not None
    if fault == "origin":
        browser.authenticator.origin = "https://hr.example.cn.evil.example"
    browser.authenticator.more = ODD.get(fault, {})
    if fault == "no-verification":
        browser.authenticator.flags = UP
    options = json.loads(opened.laid.options)
    if fault == "another-statement":
        options["challenge"] = "AA" + options["challenge"][2:]
    made = {"not-json": "{", "empty": "{}"}.get(fault) or browser.authenticator.get(json.dumps(options))
    proven = confirm_links.proven_of(await browser.link())
    again = await browser.sends({"proven": proven, "credential": made})
    assert again.ending == Ending.SHOWN
    assert (await status(request), await decided()) == ("awaiting_approval", [])


async def test_a_wrong_code_and_a_forged_form_show_nothing_and_five_wrong_ones_end_the_link(company: Company) -> None:
    browser = await bound(company, "qian")
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    code = confirm_links.code_of(await browser.link())
    wrong = "000000" if code != "000000" else "111111"
    assert (await browser.sends({"form": "a" * 26, "code": code})).ending == Ending.FORGED
    assert (await browser.sends({"credential": "{}"})).ending == Ending.FORGED  # the page was never opened
    found = [(await browser.sends({"code": wrong})).ending for _ in range(6)]
    assert found == [Ending.UNPROVEN] * 4 + [Ending.GONE] * 2
    assert (await browser.opens()).ending == Ending.GONE


async def test_after_a_quarter_of_an_hour_the_link_is_dead(company: Company) -> None:
    browser = await bound(company, "qian")
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    opened = await browser.opens(NOW + timedelta(minutes=14))
    late = await browser.signs(opened, NOW + timedelta(minutes=15))
    assert (late.ending, await decided()) == (Ending.GONE, [])


async def test_what_changes_while_the_page_is_open_voids_it_and_says_what(company: Company, store: Store) -> None:
    browser = await bound(company, "qian")
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    opened = await browser.opens()

    async def moved() -> None:
        booking = await (await CancellationRequest.get(id=request.id)).booking
        booking.starts_at += timedelta(hours=2)
        await booking.save(update_fields=["starts_at"])

    await store.transact(moved)
    refused = await browser.signs(opened)
    assert refused.ending == Ending.REFUSED
    assert "面试改到" in refused.said
    assert (await browser.opens()).ending == Ending.GONE
    assert await decided() == []


async def test_an_answer_beside_it_in_between_changes_what_is_signed_and_is_asked_anew(company: Company) -> None:
    plan = board(Signing.ALL, grade=Grade.G1)
    qian, sunli = await bound(company, "qian"), await bound(company, "sunli")
    request = await company.request(plan)
    await company.presses("qian", "approve", request)
    await company.presses("sunli", "approve", request)
    opened = await qian.opens()
    assert (await sunli.confirms()).ending == Ending.DONE
    again = await qian.signs(opened)
    assert (again.ending, "先答复了" in again.said) == (Ending.SHOWN, True)
    assert (await qian.signs(again)).ending == Ending.DONE
    first, second = await ApprovalStatement.all().order_by("place")
    assert json.loads(second.text)["prev"] == first.digest
    assert await asked(request) == ["zhao"]


async def test_several_at_once_are_not_confirmed_with_one_signature(company: Company) -> None:
    await bound(company, "qian")
    one, two = await company.request(G1), await company.request(G1)
    await company.says("qian", "待我审批")
    said = await company.says("qian", "同意 1 2")
    assert "一条一条" in said
    assert [await status(each) for each in (one, two)] == ["awaiting_approval"] * 2


async def test_an_older_link_is_dead_once_a_newer_one_was_given(company: Company) -> None:
    browser = await bound(company, "qian")
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    older = await browser.link()
    await company.presses("qian", "reject", request, comment="岗位仍缺人")
    assert (await DownloadLink.get(id=older.id)).ended_at is not None
    live = await DownloadLink.get(report__startswith="confirm/", ended_at=None)
    assert live.id != older.id


async def test_a_second_passkey_is_refused_and_one_that_was_revoked_signs_no_more(company: Company) -> None:
    browser = await bound(company, "qian")
    assert "不能再绑一个" in await company.says("qian", "绑定通行密钥")
    request = await company.request(G1)
    await company.presses("qian", "approve", request)
    opened = await browser.opens()
    assert "已停用" in await company.says("qian", "停用通行密钥")
    assert (await browser.signs(opened)).ending == Ending.REFUSED
    assert "已停用" in await company.says("qian", "绑定通行密钥")
    assert await decided() == []


async def test_the_same_authenticators_key_is_nobody_elses_and_a_wrong_code_binds_nothing(company: Company) -> None:
    browser = await bound(company, "qian")
    other = Browser(company, "sunli", browser.authenticator)
    assert (await other.bind()).ending == binding.Ending.UNUSABLE
    assert await Passkey.filter(bound_at__isnull=False).count() == 1
    passkey = await Passkey.get(employee__key="sunli")
    token = passkeys.token_of(passkey.id.hex)
    form = {"form": passkeys.seal_of(passkey), "code": "12345"}
    assert (await other._bind(token, form)).ending == binding.Ending.UNPROVEN


async def test_who_only_has_the_link_can_bind_nothing(company: Company) -> None:
    await company.says("qian", "绑定通行密钥")
    passkey = await Passkey.get()
    made = Authenticator(ORIGIN).create('{"challenge":"AAAA"}')
    token, form = passkeys.token_of(passkey.id.hex), {"form": passkeys.seal_of(passkey), "credential": made}
    browser = Browser(company, "qian", Authenticator(ORIGIN))
    assert (await browser._bind(token, form)).ending == binding.Ending.FORGED
    proven = form | {"proven": passkeys.proven_of(passkey)}
    assert (await browser._bind(token, proven)).ending == binding.Ending.UNUSABLE  # over another challenge
    assert await Passkey.filter(bound_at__isnull=False).count() == 0


async def test_a_step_that_wants_an_authoritys_signature_is_never_signed_with_less(company: Company) -> None:
    await bound(company, "qian")
    request = await company.request(replace(LEADER, grade=Grade.G2))
    for text in (f"同意 {request.number}", f"驳回 {request.number} 岗位仍缺人"):
        assert "签名服务现在没有配置" in await company.says("qian", text)
    assert (await status(request), await decided()) == ("awaiting_approval", [])


async def pack_of(company: Company, request: CancellationRequest, folder: Path) -> Path:
    """Write what a 证据包 holds of its records and decisions."""
    act = Act(NOW, "cli", "operator")
    case = await timeline.case_of(act, request.number)
    records = await timeline.records_of(case)
    _, files = await packing.excerpt(company.store, act, case.organisation, [each.seq for each in records])
    files |= await packing.stated(company.store, act, case, records)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def answered(program: str, *words: str, folder: Path) -> dict[str, object]:
    """Run a program of the pack, as an auditor would."""
    command = [sys.executable, "-I", "-S", program, *words, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.usefixtures("signs_its_logs")
async def test_a_pack_says_when_the_passkey_was_bound_to_whoever_signed(company: Company, tmp_path: Path) -> None:
    browser = await bound(company, "qian")
    moved = company.person("qian")
    await bound(company, "sunli")  # another's key, which has no part in this
    request = await company.request(G1)
    await company.says("qian", f"同意 {request.number}")
    assert (await browser.confirms()).ending == Ending.DONE
    await company.store.transact(lambda: passkeys.revoke(office.by(moved, now=NOW + timedelta(hours=1))))
    folder = await pack_of(company, request, tmp_path / "pack")
    assert answered("verify.py", folder=folder)["ok"] is True
    assert answered("verify.py", "passkeys/1", folder=folder)["records"] == 2
    lines = [json.loads(each.read_bytes()) for each in sorted((folder / "passkeys/1/records").iterdir())]
    assert sorted(each["type"] for each in lines) == ["passkey.bound", "passkey.revoked"]
    assert {each["data"]["person"] for each in lines} == {moved.pseudonym}
    found = answered("verify_statements.py", folder=folder)
    assert (found["ok"], found["statements"]) == (True, 1), found
    shutil.rmtree(folder / "passkeys")
    found = answered("verify_statements.py", folder=folder)
    assert (found["ok"], found["code"]) == (False, "bound")


@pytest.mark.usefixtures("signs_its_logs")
async def test_where_nobody_confirmed_with_a_passkey_no_other_record_leaves(company: Company, tmp_path: Path) -> None:
    await bound(company, "qian")
    request = await company.request(LEADER)
    await company.says("qian", f"同意 {request.number}")
    folder = await pack_of(company, request, tmp_path / "pack")
    assert not (folder / "passkeys").exists()
    assert answered("verify_statements.py", folder=folder)["statements"] == 1
