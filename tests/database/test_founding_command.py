"""The first two administrators are entered from the command line, once; `bot rights` says what somebody may do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TWO = ("--unit", "huachen=华辰集团", "--admin", "zhoukai=周凯", "--security", "hanxue=韩雪")


@pytest.fixture
def fresh(home: Path) -> Path:
    """Return a home with settings and nothing else."""
    (home / "settings.yaml").write_text(f"home: {home}\n", "utf-8")
    return home


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SHOUYUE_")}
    variables["SHOUYUE_HOME"] = str(home)
    words = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(words, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120)


def test_two_people_are_entered_once_and_their_rights_are_told(fresh: Path) -> None:
    done = command(fresh, "setup", *TWO)
    assert (done.returncode, "系统管理员 周凯、安全管理员 韩雪" in done.stdout) == (0, True)

    told = command(fresh, "rights", "周凯")
    assert told.returncode == 0
    for words in ("权限 · 周凯（华辰集团，工号 zhoukai）", "系统管理员 · 华辰集团", "初始录入", "不能做", "取消面试"):
        assert words in told.stdout
    [found] = json.loads(command(fresh, "rights", "hanxue", "--json").stdout)
    assert [each["role"] for each in found["held"]] == ["安全管理员"]

    again = command(fresh, "setup", "--unit", "huachen", "--admin", "eve=伊芙", "--security", "mallory=马洛")
    assert (again.returncode, "已经有管理员了" in again.stderr) == (2, True)
    assert command(fresh, "rights", "伊芙").returncode == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--unit", "huachen", "--admin", "zhoukai", "--security", "ZhouKai"), "要是两个人"),
        (("--unit", "huachen", "--admin", "zhoukai"), "--security"),
        (("--unit", "huachen", "--admin", "=周凯", "--security", "hanxue"), "userid=姓名"),
        ((*TWO, "--platform", "fax"), "--platform"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_enters_nobody(
    fresh: Path, words: tuple[str, ...], says: str
) -> None:
    refused = command(fresh, "setup", *words)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert command(fresh, "rights", "zhoukai").returncode == 2
