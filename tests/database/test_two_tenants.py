"""The same conversation in 华辰互联 with and without data in 华辰重工 reads the same, to the letter (I12).

The other unit holds what would give most away: the same names, phone tails, positions and times, and open requests.
"""

import re
from datetime import timedelta

import pytest

from cards.drawing import draw
from cards.text import card_text
from handlers.receiving import receive
from handlers.routing import Incoming
from models import Booking, Card, CardPurpose, Organisation, OutboxMessage, Platform, Preset, Role, StillNeeded
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from workflow import approving, cancelling, evidence, requests
from workflow.card_views import card_view

PNG = b"\x89PNG\r\n\x1a\n"
WISH = cancelling.Wish("plan_changed")
READER = ("wangfang", "lilei", "somebody")

CONVERSATION = (
    "帮助",
    "列表",
    "列表 本周",
    "列表 本月",
    "查 张伟",
    "查 8123",
    "查 马超",
    "查 zhangwei",
    "取消 张伟",
    "取消 马超",
    "取消",
    "取消 张伟 后天",
    "查 马",
    "取消 张",
    "查 岗位=Java后端",
    "取消 岗位=机械工程师",
    "取消 马抄",
    "更多",
    "确认取消",
    "时间轴 张伟",
    "时间轴 马超",
    "时间轴",
    "待我审批",
    "同意 1",
    "撤回",
    "撤销",
    "催办",
    "显示 Y20261124-000 电话 原因 核对身份信息",
    "1",
    "2",
    "权限 我",
    "权限 陈敏",
    "授权 李雷 HR 单位",
    "同意 Q20261124-000",
    "看不懂的一句话",
)


async def enter_net() -> None:
    """Enter the unit whose people talk."""
    group = await office.unit("huachen", None)
    net = await office.unit("huachen/net", Preset.FAST)
    await office.unit("huachen/heavy", Preset.STRICT)
    await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
    await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
    hr = await office.employee("wangfang", net, Role.HR, name="王芳")
    lilei = await office.employee("lilei", net, Role.INTERVIEWER, name="李雷")
    await office.employee("somebody", net, name="何人")
    await office.booking(net, "张伟", "13800008123", timedelta(days=1), lilei)
    filed = await office.booking(net, "赵敏", "13800004410", timedelta(days=2))
    await cancelling.request_cancellation(by(hr), filed, WISH, shown=1)


async def enter_heavy() -> None:
    """Enter the other unit's people, bookings and requests."""
    heavy = await Organisation.get(path="huachen/heavy")
    hr = await office.employee("liuyang", heavy, Role.HR, name="王芳")
    head = await office.employee("chenmin", heavy, Role.DEPARTMENT_HEAD, name="陈敏")
    await office.employee("zhao", heavy, Role.LEADER, name="李雷")
    for place, name in enumerate(["张伟", "张玮", "马超", "张伟"]):
        booking = await office.booking(heavy, name, f"138{place:04d}8123", timedelta(days=place + 1))
        request = await cancelling.request_cancellation(by(hr), booking, WISH, shown=1)
        await evidence.keep_file(by(hr), request, evidence.Material(PNG + bytes([place]), "x.png", "m"))
        await cancelling.evidence_came(by(hr), request)
        if place == 2:
            step = (await requests.reload(request.id)).steps[0]
            await approving.approve(by(head), step, shown=approving.Shown(1), still_needed=StillNeeded.YES)
    for ahead in range(1, 30):
        await office.booking(heavy, "张伟", "13900008123", timedelta(days=ahead))


class Undone(Exception):
    """Ends a transaction whose answers were read."""


async def answers(store: Store, who: str) -> list[str]:
    """Hold the conversation, return what was said and shown in it, and leave nothing behind."""
    heard: list[str] = []

    async def work() -> None:
        for place, text in enumerate(CONVERSATION):
            now = NOW + timedelta(minutes=30, seconds=place)
            incoming = Incoming(Platform.DINGTALK, f"talk:{who}:{place}", "text", who, text=text)
            await receive(incoming, now)
            rows = await OutboxMessage.filter(kind__in=("say", "card"), posted_at=now).order_by("id")
            assert rows, text
            shown = sorted([await _shown(row) for row in rows])
            heard.append("\n".join([f"> {text}", *shown]))
        raise Undone

    with pytest.raises(Undone):
        await store.transact(work)
    return heard


async def _shown(row: OutboxMessage) -> str:
    if row.card_id is None:
        return re.sub(r"E[0-9A-F]{6}", "E…", str(row.payload))
    view = await card_view(await Card.get(id=row.card_id), by(now=row.posted_at))
    return card_text(draw(view), view.number)


@pytest.mark.parametrize("who", READER)
async def test_what_others_have_changes_no_letter_of_an_answer(store: Store, who: str) -> None:
    await store.transact(enter_net)
    alone = await answers(store, who)
    await store.transact(enter_heavy)
    assert await Booking.filter(organisation__path="huachen/heavy").count() > 30
    beside = await answers(store, who)
    assert beside == alone
    assert not [each for each in beside if "华辰重工" in each or "huachen/heavy" in each or "陈敏" in _answer(each)]


def _answer(heard: str) -> str:
    return heard.split("\n", 1)[1]


async def test_the_comparison_sees_what_a_wider_right_would_show(store: Store) -> None:
    """For the group's auditor the other unit's data do change the answers: the test above is not blind."""
    await store.transact(enter_net)
    alone = await answers(store, "sunjing")
    await store.transact(enter_heavy)
    assert await answers(store, "sunjing") != alone


async def test_a_conversation_leaves_no_card_behind(store: Store) -> None:
    await store.transact(enter_net)
    before = await Card.filter(purpose=CardPurpose.CONFIRM).count()
    await answers(store, "wangfang")
    assert await Card.filter(purpose=CardPurpose.CONFIRM).count() == before
