"""`bot policy …` as an operator and an administrator type it: exit codes, one JSON, mistakes by their path."""

import json
import re
from pathlib import Path

from tests.database.test_founding_command import TWO, command, fresh

__all__ = ["fresh"]
RULES = """\
base: strict
title: 华辰集团 2027 版
grace_s: 90
"""


def test_rules_are_shown_checked_compared_replayed_and_proposed(fresh: Path) -> None:
    assert command(fresh, "setup", *TWO).returncode == 0
    good, bad = fresh / "good.yaml", fresh / "bad.yaml"
    good.write_text(RULES)
    bad.write_text(RULES + "graces: 1\nchains:\n  三级: [{name: 甲, who: ['role:boss']}]\n")
    org = ("--org", "huachen")
    done = command(fresh, "policy", "show", *org)
    assert (done.returncode, "国企三级审批" in done.stdout, "三、如何通知候选人" in done.stdout) == (0, True, True)
    done = command(fresh, "policy", "show", *org, "--version", str(bad))
    assert done.returncode == 2
    assert [line.split(": ")[0] for line in done.stderr.strip().splitlines()] == ["chains.三级.1.who", "graces"]
    done = command(fresh, "policy", "diff", *org, "v1", str(good))
    assert (done.returncode, "＋ 华辰集团 2027 版" in done.stdout) == (1, True)
    done = command(fresh, "policy", "replay", *org, "--against", str(good), "--from", "2026-01-01", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["cases"], found["changed"]) == (0, 0, [])
    done = command(fresh, "policy", "propose", *org, str(good), "--as", "hanxue")
    assert (done.returncode, "没有这个权限" in done.stderr) == (2, True)
    done = command(fresh, "policy", "propose", *org, str(good), "--as", "zhoukai", "--effective", "2026-12-01")
    assert done.returncode == 0, done.stderr
    assert re.search(r"第 2 版（华辰集团 2027 版），编号 R[0-9]{8}-[0-9]+。重放：0 件里 0 件", done.stdout)
    done = command(fresh, "policy", "explain", "Q20261124-000000")
    assert (done.returncode, "没有 Q20261124-000000" in done.stderr) == (2, True)
