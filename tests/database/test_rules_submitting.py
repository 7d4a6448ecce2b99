"""规范 提交: what a chat proposes is what the command line proposes, and every mistake is named by its key."""

import json
from datetime import timedelta

import pytest

from handlers import rules_submitting
from models import Account, AuditRecord, CardPurpose, OutboxMessage, RulesStatus, RulesVersion
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.talking import newest_card, presses, says, seen
from tests.database.test_rules_versions import Desk, desk, filed
from workflow import rulebook, rules_proposals
from workflow.rules.loading import parsed

__all__ = ["desk"]

GOOD = """base: current
title: 华辰互联 2027 版
scenes:
  - {id: own, name: 候选人本人提出, when: {by_candidate: true}}
  - {id: soon, name: 开始前两小时内, when: {hours_below: 72}, allow: false, because: 多半已在路上}
  - {id: rest, name: 其余}
"""
BAD = GOOD.replace("hours_below: 72", "hours_below: 多").replace(
    "id: rest, name: 其余", "id: rest, name: 其余, chain: 没有的"
)


async def sends(store: Store, content: bytes, who: str = "zhoukai") -> str:
    """Let a file arrive that was announced, as fetching does; returns what is said in answer."""
    account = await Account.get(employee__key=who)
    row = await OutboxMessage.filter(kind="fetch").order_by("-posted_at").first()
    assert row is not None
    assert row.account_id == account.id
    before = set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))
    person = await account.employee
    await store.transact(lambda: rules_submitting.fetched(by(person), row, content, "E123456"))
    rows = [each for each in await OutboxMessage.filter(kind="say").order_by("posted_at") if each.id not in before]
    return "\n".join(str(each.payload) for each in rows).replace("\\n", "\n")


async def announces(store: Store, who: str = "zhoukai", count: int = 1) -> str:
    """Let somebody send files; returns what is said at once."""
    from handlers.receiving import receive
    from handlers.routing import File, Incoming
    from models import Platform
    from tests.database.talking import NUMBERS

    before = set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))
    files = tuple(File(f"code-{place}", "rules.yaml") for place in range(count))
    incoming = Incoming(Platform.DINGTALK, f"file:{next(NUMBERS)}", "file", who, files=files)
    await store.transact(lambda: receive(incoming, NOW))
    rows = [each for each in await OutboxMessage.filter(kind="say") if each.id not in before]
    return "\n".join(str(each.payload) for each in rows)


async def test_text_below_the_command_is_proposed_replayed_and_decided_by_another(store: Store, desk: Desk) -> None:
    booking = await store.transact(lambda: office.booking(desk.unit, ahead=timedelta(days=2)))
    request = await filed(store, desk, booking)
    said = await says(store, "zhoukai", f"规范 提交 huachen/net 生效 2026-12-01\n{GOOD}")
    version = await RulesVersion.get()
    assert "已提出 规范 单位 huachen/net 第 2 版（华辰互联 2027 版），2026-12-01 起生效" in said
    assert "1 件里 1 件会有不同的结果" in said
    assert f"「撤回 {version.number}」" in said
    assert version.effective_from.isoformat() == "2026-11-30T16:00:00+00:00"
    card = await newest_card("hanxue", CardPurpose.RULES)
    assert [each.action for each in (await seen(card)).buttons] == ["approve", "reject"]
    assert "不能自己" in await says(store, "zhoukai", f"同意 {version.number}")
    await presses(store, "hanxue", "approve", card.handle)
    assert (await RulesVersion.get()).status == RulesStatus.APPROVED
    rules = await rulebook.rules_of(desk.unit, NOW + timedelta(days=9))
    assert rules.title == "华辰互联 2027 版"
    assert request.number not in said  # no case is named to who sees no candidates


async def test_it_is_the_proposal_of_the_command_line_to_the_byte(store: Store, desk: Desk) -> None:
    await says(store, "zhoukai", f"规范 提交 huachen/net\n```yaml\n{GOOD}```")
    typed = await RulesVersion.get()
    await says(store, "zhoukai", f"撤回 {typed.number}")
    again = await store.transact(lambda: rules_proposals.propose(by(desk.system), desk.unit, parsed(GOOD.encode())))
    assert (again.digest, again.document, again.replayed) == (typed.digest, typed.document, typed.replayed)


async def test_a_file_is_awaited_fetched_and_proposed(store: Store, desk: Desk) -> None:
    said = await says(store, "zhoukai", "规范 提交 huachen/net")
    assert "请在 10 分钟内把 单位 huachen/net 的新规范发到这里，同意之时生效" in said
    assert await announces(store) == ""
    said = await sends(store, b"\xef\xbb\xbf" + GOOD.encode())
    assert "已提出 规范 单位 huachen/net 第 2 版" in said
    assert "没有等证明的申请" in await announces(store)  # nothing is awaited any more
    assert (await RulesVersion.get()).status == RulesStatus.PROPOSED


async def test_every_mistake_is_named_by_its_key_and_nothing_is_proposed(store: Store, desk: Desk) -> None:
    await says(store, "zhoukai", "规范 提交 huachen/net")
    said = await says(store, "zhoukai", BAD)
    assert "没有提出：给 单位 huachen/net 的这份规范有 2 处不对" in said
    assert "scenes.2.when.hours_below: " in said
    assert "scenes.3.chain: " in said
    assert "编号 E" in said
    assert not await RulesVersion.exists()
    record = json.loads((await AuditRecord.get(action="attempt.refused")).line)
    assert (record["why"], record["data"]["action"]) == ("rules-wrong", "rules")
    said = await says(store, "zhoukai", GOOD)  # the question is still open
    assert "已提出" in said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a: [", "不是能读的 YAML"),
        (b"\xff\xfe\x00", "不是能读的 YAML"),
        (b"x" * 70_000, "太大，最多 64 KB"),
        (b"base: nirgendwo\n", "base: 没有这一种"),
        (b"a: &x 1\nb: *x\n", "不"),
    ],
)
async def test_a_file_that_is_no_rules_says_what_it_is_instead(
    store: Store, desk: Desk, content: bytes, why: str
) -> None:
    await says(store, "zhoukai", "规范 提交 huachen/net")
    await announces(store)
    said = await sends(store, content)
    assert "没有提出" in said
    assert why in said
    assert not await RulesVersion.exists()


async def test_only_a_system_administrator_of_the_unit_may_and_others_are_not_asked_for_a_file(
    store: Store, desk: Desk
) -> None:
    for who in ("wangfang", "hanxue", "sunjing"):
        said = await says(store, who, f"规范 提交 huachen/net\n{GOOD}")
        assert "没有办理" in said, who
        assert "编号 E" in said
    assert "没有办理" in await says(store, "zhoukai", f"规范 提交 canary\n{GOOD}")  # another group's
    assert not await RulesVersion.exists()


async def test_a_right_that_is_gone_when_the_file_arrives_proposes_nothing(store: Store, desk: Desk) -> None:
    from models import Grant

    await says(store, "zhoukai", "规范 提交 huachen/net")
    await announces(store)
    await store.transact(lambda: Grant.filter(employee=desk.system).delete())
    assert "没有办理" in await sends(store, GOOD.encode())
    assert not await RulesVersion.exists()
    assert await AuditRecord.filter(action="attempt.refused").count() == 1


async def test_a_second_proposal_while_one_waits_is_refused_in_words(store: Store, desk: Desk) -> None:
    await says(store, "zhoukai", f"规范 提交 huachen/net\n{GOOD}")
    number = (await RulesVersion.get()).number
    await says(store, "zhoukai", "规范 提交 huachen/net")
    await announces(store)
    said = await sends(store, GOOD.replace("2027", "2028").encode())
    assert number in said
    assert await RulesVersion.all().count() == 1


async def test_what_is_no_document_is_answered_as_ever_and_算了_ends_it(store: Store, desk: Desk) -> None:
    await says(store, "zhoukai", "规范 提交 huachen/net")
    assert "系统管理员" in await says(store, "zhoukai", "帮助")
    await says(store, "zhoukai", "算了")
    assert "没看懂" in await says(store, "zhoukai", GOOD)
    assert "没有等证明的申请" in await announces(store)
    assert not await OutboxMessage.filter(kind="fetch").exists()


async def test_two_files_at_once_are_not_guessed_between(store: Store, desk: Desk) -> None:
    await says(store, "zhoukai", "规范 提交 huachen/net")
    assert "一次只收一个文件" in await announces(store, count=2)
    assert not await OutboxMessage.filter(kind="fetch").exists()


@pytest.mark.parametrize("line", ["huachen/net 生效 下个月", "huachen/net 生效", "huachen/net 2026年生效"])
async def test_a_date_that_is_none_is_asked_for(store: Store, desk: Desk, line: str) -> None:
    said = await says(store, "zhoukai", f"规范 提交 {line}\n{GOOD}")
    assert "没看懂从哪天起生效" in said
    assert not await RulesVersion.exists()


async def test_the_rules_themselves_are_still_shown(store: Store, desk: Desk) -> None:
    assert "AI面试取消管理规范" in await says(store, "zhoukai", "规范 huachen/net")
