"""证据包 in a chat: the pack of the command line, by a link that is one person's, once, and on record throughout."""

import asyncio
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.case_pack import case_pack
from bot.exporting import Asking, roles_of
from models import AuditHead, CancellationRequest, DownloadLink, Employee
from tests.scenarios.company import Company
from tests.scenarios.steps import PNG, at_the_desk, number_of, on_the_table, request_number, whole_logs
from tests.scenarios.test_auditor import cancelled
from tests.scenarios.test_downloads import Offer, lines, offered
from workflow.acting import Act

__all__ = ["whole_logs"]

NET = "shouyue/huachen/net"
SAME = ("openings.jsonl", "evidence/1.png", "keys.txt", "verify.py")


async def strict_case(company: Company) -> CancellationRequest:
    """Let a request of the strict unit come before the department, with a picture as its evidence."""
    return await CancellationRequest.get(number=request_number(await on_the_table(company)))


def unpacked(content: bytes, folder: Path) -> Path:
    folder.mkdir()
    (folder / "pack.zip").write_bytes(content)
    with zipfile.ZipFile(folder / "pack.zip") as pack:
        pack.extractall(folder / "pack")
    return folder / "pack"


def verified(folder: Path) -> dict[str, object]:
    """Run the enclosed program as an auditor would, without us."""
    words = [sys.executable, "-I", "-S", "verify.py", "--json"]
    found: dict[str, object] = json.loads(subprocess.run(words, cwd=folder, capture_output=True, check=False).stdout)
    return found


async def by_the_command_line(company: Company, person: str, number: str, out: Path) -> bytes:
    """Return the pack as `export case --as PERSON` writes it."""
    assert company.app is not None
    employee = await Employee.get(key=person).prefetch_related("organisation")
    act = Act(company.app.clock.now(), "cli", "operator", employee=employee)
    await case_pack(Asking(company.settings, company.app.store, act, await roles_of(act)), number, out)
    return await asyncio.to_thread(out.read_bytes)


async def test_an_auditor_gets_the_pack_that_the_command_line_makes(company: Company, tmp_path: Path) -> None:
    request = await strict_case(company)
    offer = await offered(company, "sunjing", request.number, "证据包")
    status, page = await offer.get()
    assert (status, f"{request.number} 的证据包" in page, offer.code in page) == (200, True, False)
    status, content, answer = await offer.sends(offer.code)
    assert (status, answer.content_type) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{request.number}.zip"'
    pack = unpacked(content, tmp_path / "chat")
    other = unpacked(
        await by_the_command_line(company, "sunjing", request.number, tmp_path / "x.zip"), tmp_path / "cli"
    )
    assert verified(pack)["ok"] is True
    assert (pack / "evidence/1.png").read_bytes() == PNG
    assert "马超" not in (pack / "说明.txt").read_text("utf-8") + (pack / "openings.jsonl").read_text("utf-8")
    same = [*(pack / "records").iterdir(), *(pack / name for name in SAME)]
    assert all((other / each.relative_to(pack)).read_bytes() == each.read_bytes() for each in same)
    assert {each.name for each in other.iterdir()} == {each.name for each in pack.iterdir()}
    assert (await offer.get())[0] == 404


async def test_every_step_of_it_is_on_record(company: Company) -> None:
    request = await cancelled(company)
    offer = await offered(company, "sunjing", request.number, "证据包")
    _, content, _ = await offer.sends(offer.code)
    (made,), (exported,), (written,) = [await lines(f"case.{each}") for each in ("link_made", "exported", "written")]
    assert made["data"]["format"] == exported["data"]["format"] == "pack"
    assert exported["data"]["names"] is False
    assert (written["data"]["of"], written["data"]["sha256"]) == (exported["seq"], hashlib.sha256(content).hexdigest())
    await company.says("sunjing", f"时间轴 {request.number}")
    await company.sees("sunjing", "孙静 取得导出链接：证据包", "孙静 导出：证据包")


async def test_hr_in_wecom_gets_a_pack_of_a_booking_that_opens_the_name(company: Company, tmp_path: Path) -> None:
    number = await number_of("gaoyuan-3344")
    offer = await offered(company, "helin", number, "证据包")
    status, content, _ = await offer.sends(offer.code)
    pack = unpacked(content, tmp_path / "chat")
    assert (status, verified(pack)["ok"]) == (200, True)
    assert "高原" in (pack / "openings.jsonl").read_text("utf-8")


async def test_in_a_group_the_link_is_said_in_private_alone(company: Company) -> None:
    request = await cancelled(company)
    await company.says("wangfang", f"证据包 {request.number}", group="招聘群")
    private = await company.sees("wangfang", "证据包（zip）", "验证码")
    assert not private.get("group")
    await company.sees("wangfang", "已在单聊回复你")
    for member in ("wangfang", "zhoukai"):
        told = [each for each in await company.screen(member) if each.get("group") == "招聘群"]
        assert not any("/d/" in str(each) or "验证码" in str(each) for each in told)


@pytest.mark.parametrize("person", ["zhaoguoqiang", "liuyang"])
async def test_who_may_not_export_gets_no_pack(company: Company, person: str) -> None:
    request = await cancelled(company)
    await company.says(person, f"证据包 {request.number}")
    await company.sees(person, "没有办理", "没有", "编号 E")
    assert not await DownloadLink.all().exists()


async def test_a_pack_of_nothing_says_what_to_write(company: Company) -> None:
    for words in ("证据包", "证据包 张伟"):
        typed = await company.says("sunjing", words)
        await company.sees("sunjing", "没有导出", "请写申请号", "证据包 Q…", "编号 E", after=typed)


async def test_a_code_of_the_timeline_opens_no_pack(company: Company) -> None:
    request = await cancelled(company)
    pdf: Offer = await offered(company, "sunjing", request.number)
    pack = await offered(company, "sunjing", request.number, "证据包")
    if pdf.code != pack.code:
        assert (await pack.sends(pdf.code))[0] == 403
    assert (await pdf.sends(pdf.code))[2].content_type == "application/pdf"


async def test_of_a_broken_log_no_pack_is_made_and_the_page_says_what_to_do(company: Company) -> None:
    request = await cancelled(company)
    offer = await offered(company, "sunjing", request.number, "证据包")
    whole = (await AuditHead.get(log=NET)).digest
    await at_the_desk(company, lambda: AuditHead.filter(log=NET).update(digest="0" * 64))
    status, page, _ = await offer.sends(offer.code)
    await at_the_desk(company, lambda: AuditHead.filter(log=NET).update(digest=whole))
    assert (status, "审计日志不完好" in page.decode(), "audit verify" in page.decode()) == (500, True, True)
    assert await lines("case.exported") == []
