"""同意 1 2: each is decided by itself, and what is said of each, and shown on its card, is true."""

import re

from models import AuditRecord, Card, Grant, Role
from models.store import Store
from tests.database import office
from tests.database.talking import says, seen


async def enter() -> None:
    group, unit = await office.unit("huachen", None), await office.unit()
    await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪")
    await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
    await office.employee("zheng", unit, name="郑好")
    await office.employee("lilei", unit, name="李雷")


async def test_of_two_that_exclude_each_other_one_is_done_and_the_other_refused_truly(store: Store) -> None:
    await store.transact(enter)
    for words in ("郑好 HR", "郑好 审计", "李雷 面试官"):
        await says(store, "zhoukai", f"授权 {words} huachen/net")
    listed = await says(store, "hanxue", "待我审批")
    assert "待你审批 3 条" in listed
    numbers = [line.split()[1] for line in listed.splitlines() if "授权 郑好" in line]

    said = await says(store, "hanxue", "同意 1 2 3")
    assert f"已同意：授权 郑好 HR · 单位 huachen/net，长期有效（{numbers[0]}），已生效。" in said
    assert f"没有同意 {numbers[1]} 授权 郑好 审计" in said
    assert "郑好 已有「HR · 单位 huachen/net」，不能再任「审计」" in said
    assert "一起发的其他各条不受影响" in said
    held = {(each.employee.key, each.role) for each in await Grant.all().prefetch_related("employee")}
    assert held >= {("zheng", Role.HR), ("lilei", Role.INTERVIEWER)}
    assert ("zheng", Role.AUDITOR) not in held
    attempt = await AuditRecord.get(action="attempt.refused")
    assert attempt.subject == numbers[1]


async def test_an_administrator_who_names_none_of_several_is_shown_a_number_of_theirs(store: Store) -> None:
    await store.transact(enter)
    for words in ("郑好 HR", "李雷 面试官"):
        await says(store, "zhoukai", f"授权 {words} huachen/net")
    said = await says(store, "hanxue", "同意")
    assert "没看出是哪一条" in said
    assert re.search(r"或写编号「同意 S[0-9]{8}-[0-9]{3,}」", said)


async def test_what_a_decision_gave_is_not_shown_as_held_before_it(store: Store) -> None:
    await store.transact(enter)
    await says(store, "zhoukai", "授权 郑好 面试官 huachen/net")
    await says(store, "hanxue", "同意")
    await says(store, "zhoukai", "授权 郑好 HR huachen/net")
    card = await Card.get(change__role=Role.HR)
    for words in ("待我审批", "同意"):
        assert "已有权限：面试官 · 单位 huachen/net" in [str(each) for each in (await seen(card)).lines]
        await says(store, "hanxue", words)
    assert await Grant.exists(employee__key="zheng", role=Role.HR)
    assert "已有权限：面试官 · 单位 huachen/net" in [str(each) for each in (await seen(card)).lines]
