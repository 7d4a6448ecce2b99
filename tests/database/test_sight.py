"""Who sees how much of a candidate, asked in every way there is to ask: viewer × place (S81, I13).

Two namesakes: one whose cancellation the department head decides, one whom nobody but HR has anything to do with.
"""

from datetime import timedelta

import pytest

from cards.drawing import draw
from handlers.reading.names import search_terms
from models import Booking, Card, CardPurpose, Employee, Grant, Preset, Role, Step
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.talking import says
from workflow import administering, cancelling, evidence
from workflow.card_views import card_view
from workflow.evidence import Material
from workflow.sight import FULL, MASKED, Sight, sight_of, sights_of

PNG = b"\x89PNG\r\n\x1a\n"
NAME, MASKED_NAME = "欧阳晓璇", "欧阳**"
DECIDED, BESIDE = "13911117301", "13922228402"
MAILS = ("kanarienvogel.eins@mail.example", "kanarienvogel.zwei@mail.example")
CANARIES = (NAME, "晓璇", DECIDED, BESIDE, DECIDED[:7], BESIDE[:7], *MAILS, "kanarienvogel")
WORDS = f"{NAME}来电 {DECIDED}，写信 {MAILS[0]}，说家里有事"
SENTENCES = (
    "查 7301",
    "查 8402",
    "查 欧阳",
    "查 ouyangxiaoxuan",
    "查 {decided}",
    "查 欧阳小轩",
    "查 欧阳晓娟",
    "列表 本月",
    "更多",
    "时间轴",
    "时间轴 欧阳",
    "时间轴 {decided}",
    "时间轴 {beside}",
    "时间轴 {request}",
    "审计检索 2026年",
    "待我审批",
    "取消 7301",
    "取消 欧阳",
    "取消 {request}",
    "撤销",
    "撤回 {request}",
    "催办 {request}",
    "已电话告知 {request}",
    "同意 {request} 随便",
    "恢复 {decided}",
    "确认取消",
    "导出 {request}",
    "证据包 {request}",
    "显示 {decided} 全部 原因 核对身份信息",
    "算了",
    "帮助",
)


class Office:
    """A strict unit with one request on its way, and everybody who may want to look."""

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        heavy = await office.unit("huachen/heavy", Preset.STRICT)
        net = await office.unit("huachen/net", Preset.FAST)
        self.people = {
            "hr": await office.employee("liuyang", heavy, Role.HR, name="刘洋"),
            "head": await office.employee("chenmin", heavy, Role.DEPARTMENT_HEAD, name="陈敏"),
            "leader": await office.employee("zhao", heavy, Role.LEADER, name="赵国强"),
            "other_head": await office.employee("xulei", heavy, Role.DEPARTMENT_HEAD, name="徐磊"),
            "interviewer": await office.employee("wutong", heavy, Role.INTERVIEWER, name="吴桐"),
            "auditor": await office.employee("sunjing", group, Role.AUDITOR, name="孙静"),
            "system": await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯"),
            "security": await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪"),
            "sibling_hr": await office.employee("wangfang", net, Role.HR, name="王芳"),
        }
        self.decided = await self._booked(heavy, DECIDED, MAILS[0])
        self.beside = await self._booked(heavy, BESIDE, MAILS[1])
        hr = by(self.people["hr"])
        wish = cancelling.Wish("other", WORDS)
        request = await cancelling.request_cancellation(hr, self.decided, wish, shown=1)
        await evidence.keep_file(hr, request, Material(PNG, f"{NAME}的病假条.png", "m"))
        await cancelling.evidence_came(hr, request)
        self.request = request.number

    async def _booked(self, unit: object, phone: str, mail: str) -> Booking:
        person = administering.NewCandidate(NAME, phone, mail)
        candidate = await administering.add_candidate(unit, person)  # type: ignore[arg-type]
        terms = frozenset(search_terms(NAME) | {f"t:{phone[-4:]}"})
        new = administering.NewBooking("架构师", NOW + timedelta(days=1), terms, interviewer=self.people["interviewer"])
        made = await administering.add_booking(by(), unit, candidate, new)  # type: ignore[arg-type]
        return await Booking.get(id=made.id).prefetch_related("organisation", "candidate", "position", "interviewer")

    async def everything(self, store: Store, who: str) -> str:
        """Let somebody ask in every way; returns all that they were told and every card they hold, as it looks now."""
        person = self.people[who]
        facts = {"decided": self.decided.number, "beside": self.beside.number, "request": self.request}
        told = [await says(store, person.key, each.format(**facts)) for each in SENTENCES]
        cards = [draw(await card_view(each, by(now=NOW))) for each in await Card.filter(holder=person)]
        return "\n".join([*told, *(str(each) for each in cards)])


@pytest.fixture
async def made(store: Store) -> Office:
    found = Office()
    await store.transact(found.enter)
    return found


@pytest.mark.parametrize("who", ["leader", "other_head", "interviewer", "auditor", "system", "security", "sibling_hr"])
async def test_without_the_right_nothing_of_a_candidate_is_in_anything_one_is_told(
    store: Store, made: Office, who: str
) -> None:
    if who == "leader":  # asked only after the department head: the case is not theirs when they are no part of it
        await store.transact(lambda: _leave_the_chain(made.people["leader"]))
    told = await made.everything(store, who)
    assert [each for each in CANARIES if each in told] == []
    reads = who in ("leader", "other_head", "auditor")
    assert (MASKED_NAME in told) is (reads or who == "interviewer")
    assert ("尾号7301" in told, "尾号8402" in told) == (reads, reads)


async def _leave_the_chain(leader: Employee) -> None:
    other = await office.employee("zz", await leader.organisation, Role.LEADER, name="林涛")
    await Step.filter(approver=leader).update(approver_id=other.id)


async def test_hr_is_told_the_name_and_never_the_phone_or_the_address(store: Store, made: Office) -> None:
    told = await made.everything(store, "hr")
    assert NAME in told
    assert MASKED_NAME not in told
    assert "尾号7301" in told
    assert [each for each in (BESIDE, MAILS[1]) if each in told] == []


async def test_an_approver_is_told_the_name_in_their_own_case_and_masked_beside_it(store: Store, made: Office) -> None:
    told = await made.everything(store, "head")
    for line in told.splitlines():
        if "尾号8402" in line and "读音相近" not in line:  # that one sentence names both
            assert NAME not in line
    assert f"{MASKED_NAME}（尾号8402）、{NAME}。" in told or f"{NAME}、{MASKED_NAME}（尾号8402）。" in told
    assert f"{NAME} · 尾号7301" in told
    assert f"{MASKED_NAME} · 尾号8402" in told
    card = await Card.get(holder=made.people["head"], purpose=CardPurpose.APPROVAL)
    drawn = str(draw(await card_view(card, by(now=NOW))))
    assert f"取消面试：{NAME} · 尾号7301" in drawn
    assert "病假条" in drawn


async def test_a_list_of_namesakes_can_be_chosen_from_without_the_name(store: Store, made: Office) -> None:
    told = await says(store, "sunjing", "时间轴 欧阳")
    assert "看哪一场的时间轴" in told
    assert sorted(tail for tail in ("7301", "8402") if f"欧阳** · 尾号{tail}" in told) == ["7301", "8402"]
    answered = await says(store, "sunjing", "2")
    assert "时间轴 · 欧阳** · 尾号" in answered


async def test_who_sees_no_names_is_given_the_phone_beside_a_name_that_sounds_alike(store: Store, made: Office) -> None:
    told = await says(store, "sunjing", "查 欧阳晓娟")
    assert NAME not in told
    assert "欧阳**（尾号" in told


async def test_a_card_of_somebody_whose_role_is_gone_is_drawn_masked(store: Store, made: Office) -> None:
    head = made.people["head"]
    card = await Card.get(holder=head, purpose=CardPurpose.APPROVAL)
    await store.transact(lambda: Grant.filter(employee=head).delete())
    drawn = str(draw(await card_view(card, by(now=NOW))))
    assert [each for each in CANARIES if each in drawn] == []
    assert "尾号7301" in drawn


async def test_the_sight_of_each_role_is_what_the_table_says(store: Store, made: Office) -> None:
    read = Sight(words=True)
    expected = {
        "hr": (FULL, FULL),
        "head": (FULL, read),
        "leader": (FULL, read),
        "other_head": (read, read),
        "auditor": (read, read),
        "interviewer": (MASKED, MASKED),
        "system": (MASKED, MASKED),
        "security": (MASKED, MASKED),
        "sibling_hr": (MASKED, MASKED),
    }
    both = [made.decided, made.beside]
    for who, seen in expected.items():
        found = await sights_of(made.people[who], both, NOW)
        assert tuple(found[each.id] for each in both) == seen, who
    assert await sight_of(None, made.decided, NOW) == MASKED


async def test_who_left_the_company_sees_nothing(store: Store, made: Office) -> None:
    hr = made.people["hr"]
    hr.active = False
    await store.transact(hr.save)
    assert await sight_of(hr, made.decided, NOW) == MASKED
