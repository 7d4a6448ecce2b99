"""What a package lacks stops it visibly; what a piece of evidence carries is reported, or kept out (S44)."""

import hashlib
import json
from collections.abc import Callable

import pytest
from aiohttp import web
from lxml import etree

from bot import archive_proving
from bot.archive_pack import METADATA, REPORT
from bot.archive_xml import NAMESPACE
from models import (
    ArchivePackage,
    ArchiveStatus,
    CancellationRequest,
    Origin,
    OutboxMessage,
    OutboxStatus,
    RequestStatus,
)
from platforms.archives import ArchiveAccount, HttpArchive
from platforms.http import Http
from tests.database import office
from tests.database.archived import (
    LATER,
    PICTURE,
    Desk,
    certified,
    desk,
    kept,
    over,
    records,
    signs_its_logs,
    texts,
    unzipped,
)
from tests.unit.platforms.servers import Server
from workflow import archiving, cancelling, requests

__all__ = ["certified", "desk", "signs_its_logs"]


async def damaged(desk: Desk, **facts: object) -> ArchivePackage:
    """Enter a case as an old or broken store would hold it: carried out, yet lacking something."""
    booking = await office.booking(desk.unit, "林晓", "13800007788")
    values: dict[str, object] = {
        "number": "Q20261124-000001",
        "organisation": desk.unit,
        "booking": booking,
        "status": RequestStatus.CARRIED_OUT,
        "origin": Origin.COMPANY,
        "reason_code": "plan_changed",
        "requester": desk.hr,
        "notify": False,
        "policy": {"steps": [], "evidence": 0, "rule": "company"},
        "created_at": office.NOW,
        "filed_at": office.NOW,
        "ended_at": office.NOW,
    }
    made = await CancellationRequest.create(**{**values, **facts})  # type: ignore[arg-type]
    await archiving.arrange(office.by(via="clock"), await requests.reload(made.id))
    return await ArchivePackage.get()


@pytest.mark.parametrize(
    ("facts", "fault", "words"),
    [
        ({"ended_at": None}, "missing-time", "缺取消时间"),
        ({"reason_code": ""}, "missing-reason", "缺原因"),
        ({"requester": None}, "missing-operator", "缺操作人"),
        ({"policy": {"steps": ["leader"]}}, "missing-approver", "缺审批人"),
    ],
)
async def test_a_missing_mandatory_field_stops_the_package_visibly_and_is_told_once(
    desk: Desk, facts: dict[str, object], fault: str, words: str
) -> None:
    await desk.does(lambda: damaged(desk, **facts))
    row, package = await desk.delivers(), await ArchivePackage.get()
    assert (row.status, row.reason) == (OutboxStatus.DEAD, f"incomplete: {fault}")
    assert (package.status, package.faults) == (ArchiveStatus.INCOMPLETE, [fault])
    assert not desk.folder.exists()
    [notice] = await OutboxMessage.filter(topic=archiving.TOPIC)
    assert json.loads(str(notice.payload))["words"] == words
    assert [each["why"] for each in await records("archive.incomplete")] == [fault]


async def test_a_case_without_its_filing_on_record_is_not_complete(desk: Desk) -> None:
    await desk.does(lambda: damaged(desk))
    await desk.delivers()
    assert (await ArchivePackage.get()).faults == [*archive_proving.LABELS, "filed"]  # nothing of it is on record


async def test_a_case_that_was_withdrawn_says_so_where_a_cancellation_would_name_approvers(desk: Desk) -> None:
    found: list[str] = []

    async def work() -> None:
        found.append(await desk.filed("马超骉", "13800005566"))
        request = await requests.reload((await CancellationRequest.get(number=found[0])).id)
        await cancelling.withdraw(office.by(desk.hr), request)

    await desk.does(work)
    assert (await desk.delivers()).status == OutboxStatus.SENT
    document = unzipped(kept(desk, found[0]))[METADATA]
    said = texts(document)
    assert (said["办理结果"], said["审批人"], said["操作人"]) == (["已撤回，未取消"], ["无"], ["刘洋"])
    [time] = etree.fromstring(document).findall(f".//{{{NAMESPACE}}}取消时间")
    assert time.get("性质") == "办结，未取消"


PDF_THAT_ACTS = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"4 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n"
)


def pdf_that_acts() -> bytes:
    places = [PDF_THAT_ACTS.index(b"%d 0 obj" % number) for number in range(1, 5)]
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return PDF_THAT_ACTS + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(PDF_THAT_ACTS)


async def test_what_acts_by_itself_is_kept_out_and_the_report_says_so(desk: Desk) -> None:
    found: list[str] = []

    async def work() -> None:
        found.append(await desk.carried_out("马超骉", "13800005566", pdf_that_acts()))

    await desk.does(work)
    assert (await desk.delivers()).status == OutboxStatus.SENT
    files = unzipped(kept(desk, found[0]))
    assert "evidence/1.pdf" not in files
    note = files["evidence/1.pdf.隔离.txt"].decode()
    assert hashlib.sha256(pdf_that_acts()).hexdigest() in note
    assert "/JavaScript" in note
    assert etree.fromstring(files[REPORT]).findtext(f"{{{NAMESPACE}}}结论") == "有保留"


async def test_a_file_that_does_not_open_is_sent_and_the_report_says_so(desk: Desk) -> None:
    found: list[str] = []

    async def work() -> None:
        found.append(await desk.carried_out("马超骉", "13800005566", PICTURE[:30]))

    await desk.does(work)
    assert (await desk.delivers()).status == OutboxStatus.SENT
    files = unzipped(kept(desk, found[0]))
    assert files["evidence/1.png"] == PICTURE[:30]
    report = etree.fromstring(files[REPORT])
    bad = [each.get("代码") for each in report.iter() if each.findtext(f"{{{NAMESPACE}}}结果") == "有保留"]
    assert bad == ["opens"]


async def test_an_archive_that_fails_and_hangs_up_after_acting_has_the_package_once(desk: Desk) -> None:
    number = await over(desk)
    stored: dict[str, bytes] = {}
    outcomes: list[Callable[[web.Request], web.Response | None]] = [
        lambda _: web.Response(status=500),
        lambda request: request.transport.abort() if request.transport else None,
    ]

    async def service(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        part = form["package"]
        assert isinstance(part, web.FileField)
        content = part.file.read()
        failed = len(outcomes) == 2
        if not failed:
            assert stored.setdefault(request.headers["Idempotency-Key"], content) == content
        answer = outcomes.pop(0)(request) if outcomes else None
        found = {"id": "ARC-1", "received_at": LATER.isoformat(), "sha256": hashlib.sha256(content).hexdigest()}
        return answer or web.json_response(found)

    async with Server(service) as server, Http() as http:
        desk.archive = HttpArchive(ArchiveAccount(f"{server.base}/packages", "s3cret-of-sixteen"), http)
        for reason in ("http-500", "no-answer"):
            row = await desk.delivers()
            assert (row.status, row.reason) == (OutboxStatus.WAITING, reason)
            desk.now = row.not_before
        assert (await desk.delivers()).status == OutboxStatus.SENT
    package = await desk.package(number)
    assert (package.receipt, package.archive, package.status) == ("ARC-1", "http", ArchiveStatus.ARCHIVED)
    assert {key: hashlib.sha256(each).hexdigest() for key, each in stored.items()} == {package.number: package.digest}
