"""What people wrote about a case stands in the metadata of its package as in its print: whole, and masked alike."""

import io

import pytest
from lxml import etree
from pypdf import PdfReader

from bot.archive_pack import METADATA
from bot.archive_xml import NAMESPACE
from bot.settings import Settings
from models import ArchiveStatus, AuditRecord, CancellationRequest, Role
from tests.database import office
from tests.database.archived import (
    PICTURE,
    Desk,
    certified,
    desk,
    kept,
    signs_its_logs,
    texts,
    unzipped,
)
from workflow import approving, commenting, handing_on, requests

__all__ = ["certified", "desk", "signs_its_logs"]

NAME, PHONE = "马超骉", "13800005566"
REASON = f"{NAME}来电 {PHONE}：家中有事 <b>&amp;</b>\u0007"
REMARK, COMMENT, PASSED = f"已和{NAME}本人核实", "岗位也暂停了", f"我出差，{NAME}这件请你看"


async def told_all_over(desk: Desk) -> str:
    """Let a case be filed, commented, handed on and agreed to, each with words; returns its number."""
    numbers: list[str] = []

    async def work() -> None:
        deputy = await office.employee("lina", desk.unit, Role.INTERVIEWER, name="李娜")
        number = await desk.filed(NAME, PHONE, PICTURE, words=REASON)
        request = await requests.reload((await CancellationRequest.get(number=number)).id)
        await commenting.comment(office.by(desk.hr), request, COMMENT)
        await desk.agrees(number, desk.head, comment=REMARK)
        request = await requests.reload(request.id)
        step = next(each for each in request.steps if each.approver_id == desk.leader.id)
        shown = approving.Shown(request.revision)
        await handing_on.hand_on(office.by(desk.leader), step, deputy, shown=shown, comment=PASSED)
        await desk.agrees(number, deputy)
        numbers.append(await desk.ended(number))

    await desk.does(work)
    return numbers[0]


def remarks(document: bytes) -> list[tuple[str, str, str]]:
    """Return who said what beside which kind of record."""
    found = etree.fromstring(document).iter(f"{{{NAMESPACE}}}附言")
    return [(str(each.get("姓名")), str(each.get("事项")), str(each.text)) for each in found]


def printed(files: dict[str, bytes]) -> str:
    pages = PdfReader(io.BytesIO(files["timeline.pdf"])).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.mark.parametrize("whole", [False, True], ids=["masked", "full-names"])
async def test_reason_and_remarks_stand_in_the_metadata_as_in_the_print(
    desk: Desk, certified: Settings, whole: bool
) -> None:
    archive = certified.archive.model_copy(update={"full_names": whole})
    desk.settings = certified.model_copy(update={"archive": archive})
    number = await told_all_over(desk)
    await desk.delivers()
    assert (await desk.package(number)).status == ArchiveStatus.ARCHIVED
    files = unzipped(kept(desk, number))
    document = files[METADATA]
    assert texts(document)["原因"] == ["候选人行程冲突"]
    [reason], said = texts(document)["原因说明"], remarks(document)
    assert [(who, what) for who, what, _ in said] == [("刘洋", "评论"), ("陈敏", "同意"), ("赵国强", "转交")]
    told = [reason, *(words for _, _, words in said)]
    assert (NAME in "".join(told), PHONE in "".join(told)) == (whole, whole)
    assert "家中有事 <b>&amp;</b>" in reason
    print_of_it = printed(files)
    assert all("".join(words.split()) in print_of_it for words in told)


async def test_each_remark_names_the_record_it_stands_beside(desk: Desk) -> None:
    number = await told_all_over(desk)
    await desk.delivers()
    files = unzipped(kept(desk, number))
    for each in etree.fromstring(files[METADATA]).iter(f"{{{NAMESPACE}}}附言"):
        record = await AuditRecord.get(log=desk.unit.origin, seq=int(str(each.get("记录"))))
        assert f"records/{record.seq}.json" in files
        assert str(each.get("代号")) in record.line
        assert '"pd":{' in record.line


async def test_who_wrote_nothing_leaves_nothing(desk: Desk) -> None:
    numbers: list[str] = []

    async def work() -> None:
        number = await desk.filed(NAME, PHONE, PICTURE, words="")
        await desk.agrees(number, desk.head)
        await desk.agrees(number, desk.leader)
        numbers.append(await desk.ended(number))

    await desk.does(work)
    await desk.delivers()
    found = texts(unzipped(kept(desk, numbers[0]))[METADATA])
    assert not {"原因说明", "附言"} & set(found)
