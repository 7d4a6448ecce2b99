"""The commands about records that are over, as an operator types them: exit codes, one JSON, a PDF."""

import json
import re
from pathlib import Path

from pypdf import PdfReader

from tests.database.test_founding_command import TWO, command, fresh

__all__ = ["fresh"]


def test_an_examination_without_gaps_ends_with_0_and_one_json(fresh: Path) -> None:
    assert command(fresh, "setup", *TWO).returncode == 0
    done = command(fresh, "audit", "completeness", "--org", "huachen", "--year", "2026", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"], found["cases"], found["gaps"]) == (0, True, 0, [])
    assert [(each["log"], each["first_bad"]) for each in found["logs"]] == [("shouyue/huachen", None)]
    told = command(fresh, "audit", "completeness", "--org", "huachen")
    assert (told.returncode, "没有缺口" in told.stdout) == (0, True)


def test_a_checkup_is_written_for_its_owner_alone_and_a_unit_that_is_none_is_refused(fresh: Path) -> None:
    assert command(fresh, "setup", *TWO).returncode == 0
    out = fresh / "checkup.pdf"
    done = command(fresh, "audit", "checkup", "--org", "huachen", "--out", str(out))
    assert done.returncode == 0, done.stderr
    said = rf"合规体检 \d+ 分（满分 100），带数字签名，看了近 12 个月执行的取消 0 件，已写到 {out}，候选人姓名已隐去，"
    assert re.match(said, done.stderr), done.stderr
    assert "已导出" not in done.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    text = "".join(page.extract_text() for page in PdfReader(out).pages)
    assert "缺少三员中的一员" in text
    assert "不是任何认证" in text
    for words in (("audit", "checkup", "--out", str(out)), ("audit", "completeness")):
        refused = command(fresh, *words, "--org", "huachen/none")
        said = "没有体检：" if "checkup" in words else "没有检查："
        assert (refused.returncode, f"{said}没有找到" in refused.stderr) == (2, True)
    refused = command(fresh, "export", "archive", "Q20261124-000000", "--out", str(fresh / "no.zip"))
    assert (refused.returncode, (fresh / "no.zip").exists()) == (2, False)
    assert "没有导出归档包：没有找到" in refused.stderr
