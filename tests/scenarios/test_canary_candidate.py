"""A candidate whose name, phone and address stand nowhere else, taken through a whole case: who received them (I13)."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

from openpyxl import load_workbook
from pypdf import PdfReader

from bot.case_pack import case_pack
from bot.company import terms_of
from bot.exporting import Asking, case_pdf, case_text, log_pdf, log_xlsx, roles_of
from models import Booking, CancellationRequest, Employee, Organisation, OutboxMessage, Role
from tests.scenarios.company import START, Company
from tests.scenarios.steps import ADMINISTRATOR, PNG, at_the_desk, given_role, whole_logs
from workflow import administering
from workflow.acting import Act
from workflow.log_periods import Period

__all__ = ["whole_logs"]
NAME, PHONE, MAIL = "司徒霁雯", "13977716402", "kanarie.vogel@mail.example"
CANARIES = (NAME, "霁雯", PHONE, PHONE[:7], MAIL, "kanarie.vogel")
WORDS = f"{NAME}来电 {PHONE}，也写信 {MAIL}，家中有事"
UNIT = "huachen/heavy"
WITHOUT_RIGHT = ("sunjing", "lina", "wutong", "wangfang", "lilei", "zhoukai", "hanxue")


async def entered(company: Company) -> str:
    """Enter the canary with an interview in two days; returns the booking's number."""

    async def enter() -> str:
        unit = await Organisation.get(path=UNIT)
        candidate = await administering.add_candidate(unit, administering.NewCandidate(NAME, PHONE, MAIL))
        new = administering.NewBooking(
            "架构师",
            START + timedelta(days=2),
            terms_of(NAME, PHONE),
            interviewer=await Employee.get(key="wutong"),
        )
        return (await administering.add_booking(ADMINISTRATOR, unit, candidate, new)).number

    return str(await at_the_desk(company, enter))


async def cancelled(company: Company, number: str) -> str:
    """Take the canary's cancellation through all three levels; returns the request's number."""
    await company.says("liuyang", f"取消 {number} 原因 其他")
    card = await company.card("liuyang", "待你确认", NAME)
    await company.taps("liuyang", card, "submit", {"reason": "other", "note": WORDS})
    await company.card("liuyang", "待补证明")
    await company.sends_file("liuyang", f"{NAME}的病假条.png", PNG)
    card = await company.card("chenmin", "待你审批")
    assert f"{NAME} · 尾号{PHONE[-4:]}" in card["title"]
    comment = f"{NAME}电话里确认过"
    await company.taps("chenmin", card, "approve", {"still_needed": "no", "comment": comment})
    card = await company.card("zhaoguoqiang", "待你审批")
    assert f"{NAME} · 尾号{PHONE[-4:]}" in card["title"]
    await company.taps("zhaoguoqiang", card, "approve")
    await company.passes(61)
    await company.sees("wutong", "已取消", "司徒**")
    request = await CancellationRequest.get(booking__number=number)
    return request.number


async def asks_everything(company: Company, person: str, booking: str, request: str) -> None:
    for text in (
        f"查 {PHONE[-4:]}",
        f"查 {booking}",
        "列表 本周",
        f"时间轴 {booking}",
        f"时间轴 {request}",
        "审计检索 2026年",
        "待我审批",
        f"取消 {booking}",
        f"导出 {request}",
        f"显示 {booking} 全部 原因 核对身份信息",
    ):
        await company.says(person, text)
    await company.settled()


async def received(company: Company, person: str) -> str:
    """Return all that was ever sent to somebody's phone, texts and cards."""
    return json.dumps([each for each in await company.screen(person) if each["from"] == "bot"], ensure_ascii=False)


def hits(text: str) -> list[str]:
    return [each for each in CANARIES if each in text]


async def test_only_hr_and_the_approvers_ever_receive_the_name(company: Company) -> None:
    await given_role(company, "lina", Role.DEPARTMENT_HEAD)  # reads the unit, and is no part of this case
    booking = await entered(company)
    request = await cancelled(company, booking)
    for person in WITHOUT_RIGHT:
        await asks_everything(company, person, booking, request)
    for person in WITHOUT_RIGHT:
        assert hits(await received(company, person)) == [], person
    for person in ("sunjing", "lina"):
        assert f"司徒** · 尾号{PHONE[-4:]}" in await received(company, person)
    for person in ("liuyang", "chenmin", "zhaoguoqiang"):
        assert NAME in await received(company, person)
    assert PHONE not in "".join([await received(company, each) for each in ("chenmin", "zhaoguoqiang")]).replace(
        WORDS, ""
    )


def printed(pdf: bytes) -> str:
    """Return a PDF's text without the breaks of lines, and what describes it."""
    reader = PdfReader(io.BytesIO(pdf))
    return "".join("".join(page.extract_text().split()) for page in reader.pages) + str(reader.metadata)


def in_file(file: Path) -> str:
    """Return the text of a file as its reader sees it: of a pack every member but the evidence."""
    if file.suffix == ".pdf":
        return printed(file.read_bytes())
    if file.suffix == ".xlsx":
        rows = load_workbook(file, read_only=True).active
        assert rows is not None
        return json.dumps([[str(cell) for cell in row] for row in rows.iter_rows(values_only=True)], ensure_ascii=False)
    members = zipfile.ZipFile(file)
    texts = [members.read(each) for each in members.namelist() if not each.startswith("evidence/")]
    return "".join(printed(each) if each.startswith(b"%PDF") else each.decode() for each in texts)


async def taken_home(company: Company, person: str | None, request: str, folder: Path) -> dict[str, str]:
    """Take the case and the unit's log home in every form there is; returns the text of each."""
    app = company.app
    assert app is not None
    employee = await Employee.get(key=person) if person else None
    act = Act(app.clock.now(), "cli", "operator", employee=employee)
    by = Asking(company.settings, app.store, act, await roles_of(act))
    files = {each: folder / f"{person}-{each}" for each in ("case.pdf", "case.zip", "log.pdf", "log.xlsx")}
    await case_pdf(by, request, files["case.pdf"])
    await case_pack(by, request, files["case.zip"])
    if person != "liuyang":
        await log_pdf(by, UNIT, Period(), files["log.pdf"])
        await log_xlsx(by, UNIT, Period(), files["log.xlsx"])
    texts = {name: in_file(file) for name, file in files.items() if file.exists()}
    return {**texts, "text": "\n".join(await case_text(by, request))}


async def test_what_an_auditor_or_the_operator_takes_home_names_nobody(company: Company, tmp_path: Path) -> None:
    request = await cancelled(company, await entered(company))
    for person in ("sunjing", None):
        texts = await taken_home(company, person, request, tmp_path)
        assert {name: hits(text) for name, text in texts.items()} == {name: [] for name in texts}, person
        assert "司徒**" in texts["case.pdf"]
        assert "司徒**" in texts["text"]
    auditors = await taken_home(company, "sunjing", request, tmp_path)
    assert (
        f"［号码尾号{PHONE[-4:]}］" in auditors["case.pdf"]
    )  # the words of the reason, without what is the person's own
    assert "家中有事" in auditors["case.pdf"]
    operators = await taken_home(company, None, request, tmp_path)
    assert "家中有事" not in operators["case.pdf"]
    own = await taken_home(company, "liuyang", request, tmp_path)
    assert NAME in own["case.pdf"]


async def test_of_the_notices_only_the_candidates_and_hrs_carry_the_name(company: Company) -> None:
    booking = await Booking.get(number=await entered(company))
    await cancelled(company, booking.number)
    await company.settled()
    topics = set(await OutboxMessage.filter(booking=booking, kind="notice").values_list("topic", flat=True))
    assert {"cancelled", "interviewer_cancelled"} <= topics
    assert hits(await received(company, "wutong")) == []
