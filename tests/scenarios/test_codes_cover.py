"""A code on a card or notice covers what stands above it: nobody can rewrite the case and leave its codes true."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from models import AuditRecord, Checkpoint
from tests.scenarios.company import Company
from tests.scenarios.steps import on_the_table, request_number, whole_logs
from tests.scenarios.test_case_packs import by_the_command_line, unpacked

__all__ = ["whole_logs"]

HEAVY = "shouyue/huachen/heavy"
CODE = re.compile(r"存证码\W*([0-9A-Z]{4}-[0-9A-Z]{4})")


async def covered_by(shown: str) -> int:
    """Return how many records the code on something covers."""
    found = CODE.search(shown)
    assert found is not None, shown
    return int((await Checkpoint.get(log=HEAVY, code=found[1])).size)


async def last(action: str, subject: str) -> int:
    """Return the number of the newest record of a kind about a case."""
    record = await AuditRecord.filter(log=HEAVY, action=action, subject=subject).order_by("-seq").first()
    assert record is not None, action
    return int(record.seq)


def on(card: dict[str, Any]) -> str:
    """Return the lines of a card as one text."""
    return "\n".join(card["lines"])


async def test_every_code_covers_the_case_as_far_as_it_had_come(company: Company) -> None:
    card = await on_the_table(company)
    number = request_number(card)
    assert await covered_by(on(card)) >= await last("request.filed", number)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    decided = await company.card("chenmin", "已同意", "赵国强 处理中")
    assert await covered_by(on(decided)) >= await last("approval.approved", number)
    asked = await company.card("zhaoguoqiang", "待你审批")
    assert await covered_by(on(asked)) >= await last("approval.approved", number)
    await company.taps("zhaoguoqiang", asked, "approve")
    await company.card("zhaoguoqiang", "已同意", "前可撤销")
    agreed = await last("request.approved", number)
    await company.passes(61)
    notice = await company.sees("machao-5566", "已取消")
    booking = await AuditRecord.get(log=HEAVY, action="booking.cancelled")
    assert booking.seq > agreed
    assert await covered_by(notice["text"]) >= booking.seq
    for person, words in (("zhaoguoqiang", "已同意 · 已取消"), ("liuyang", "已取消")):
        assert await covered_by(on(await company.card(person, words))) >= booking.seq


async def test_an_old_card_is_matched_with_the_pack_of_its_case(company: Company, tmp_path: Path) -> None:
    """Each code that anybody was shown, on cards, on the answers to clicks and in the notice, is in the pack."""
    card = await on_the_table(company)
    number = request_number(card)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    asked = await company.card("zhaoguoqiang", "待你审批")
    shown = [on(card), on(await company.card("chenmin", "已同意", "赵国强 处理中")), on(asked)]
    await company.taps("zhaoguoqiang", asked, "approve")
    shown.append(on(await company.card("zhaoguoqiang", "已同意", "前可撤销")))
    await company.passes(61)
    shown.append((await company.sees("machao-5566", "已取消"))["text"])
    shown.append(on(await company.card("zhaoguoqiang", "已同意 · 已取消")))
    codes = list(dict.fromkeys(found[1] for each in shown if (found := CODE.search(each))))
    assert len(codes) >= 4
    pack = unpacked(await by_the_command_line(company, "sunjing", number, tmp_path / "x.zip"), tmp_path / "cli")
    found = matched(pack, *codes)
    assert (found["ok"], [each["code"] for each in found["asked"]]) == (True, codes)
    sizes = [each["size"] for each in found["asked"]]
    assert sizes == [(await Checkpoint.get(log=HEAVY, code=code)).size for code in codes]
    assert sizes == sorted(sizes)
    assert matched(pack, "0000-0000")["code"] == "unmatched"
    assert "verify_codes.py . --code" in (pack / "说明.txt").read_text("utf-8")


def matched(pack: Path, *codes: str) -> dict[str, Any]:
    """Run the enclosed program as somebody would who kept these codes."""
    asked = [word for code in codes for word in ("--code", code)]
    words = [sys.executable, "-I", "-S", "verify_codes.py", "--json", *asked]
    found: dict[str, Any] = json.loads(subprocess.run(words, cwd=pack, capture_output=True, check=False).stdout)
    return found


async def test_a_rejected_case_is_covered_as_well(company: Company) -> None:
    card = await on_the_table(company)
    number = request_number(card)
    await company.taps("chenmin", card, "reject", {"comment": "证据不清"})
    ended = await company.card("liuyang", "已驳回")
    assert await covered_by(on(ended)) >= await last("approval.rejected", number)


async def test_where_nobody_is_given_codes_nothing_is_signed_at_once(company: Company) -> None:
    log = "shouyue/huachen/net"
    before = await Checkpoint.filter(log=log).count()
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    await company.card("wangfang", "前可撤销")
    assert await AuditRecord.filter(log=log, action="request.approved").count() == 1
    assert await Checkpoint.filter(log=log).count() == before
