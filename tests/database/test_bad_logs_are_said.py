"""Whoever takes something out of a bad log, or looks at it, is told which record is bad and what is wrong with it."""

import json
import sqlite3
from pathlib import Path

import pytest

from cards import log_faults
from tests.database.test_founding_command import TWO, command, fresh

__all__ = ["fresh"]

REASONS = {
    "record 4 is missing: record 6 comes next": "缺这一条，接下来就是第 6 条",
    "record 4: not canonical JSON": "这一行不是规范的 JSON",
    "record 4: the line names another number or log": "这一行写的是别的记录号，或别的日志",
    "record 4: prev does not match 3": "和第 3 条接不上，其中一条改过",
    "record 4: the columns beside the line say something else": "旁边的索引列（时间、类型、对象）和这一行写的不一样",
    "record 4 is missing: the head names 9 records": "缺这一条：日志头说有 9 条",
    "record 4 is not covered by the head, which names 3 records": "这一条是多出来的：日志头说只有 3 条",
    "record 4: the head names another digest": "日志头记的摘要和这一条的不一样",
    "record 4: the head names a checkpoint of 9 records, the last has 3": (
        "日志头说签名到第 9 条，最后的检查点到第 3 条"
    ),
    "record 4 is missing: record 7 of shouyue/huachen covers 9 records": (
        "缺这一条：日志 shouyue/huachen 第 7 条盖到第 9 条"
    ),
    "record 4: the checkpoint of 7F3K-Q2MD, over 9 records, has another root": (
        "检查点 7F3K-Q2MD（前 9 条）和现在的前 9 条不是同样的内容"
    ),
    "record 4: the cosignature of w.example, over 9 records, has another root; the change lies in records 4 to 9": (
        "见证人 w.example 的签名（前 9 条）和现在的前 9 条不是同样的内容；改动在第 4 到 9 条之间"
    ),
    "record 4: record 7 of shouyue/huachen names a checkpoint of 9 records, which is no longer there": (
        "日志 shouyue/huachen 第 7 条说到前 9 条的检查点，现在没有了"
    ),
    "record 4: the checkpoint of 9 records has no valid signature of its log": "前 9 条的检查点没有这本日志的有效签名",
    "record 4: what is stored beside the checkpoint of 9 records cannot be read": "前 9 条的检查点旁边存的内容读不了",
    "record 4: what is stored beside the checkpoint of 9 records says something else": (
        "前 9 条的检查点和旁边存的内容不一样"
    ),
    "record 4: the checkpoint of 9 records is not in the log shouyue/huachen": (
        "前 9 条的检查点没有记在日志 shouyue/huachen 里"
    ),
    "record 4: the time stamp of tsa is about another checkpoint of 9 records than the one in the store": (
        "tsa 的时间戳说的是前 9 条的另一个检查点，不是现在存着的"
    ),
    "record 4: the checkpoint in kept.txt, over 9 records, has another root": (
        "文件 kept.txt 里的检查点（前 9 条）和现在的前 9 条不是同样的内容"
    ),
}


@pytest.mark.parametrize(("reason", "words"), REASONS.items())
def test_what_is_wrong_with_a_log_is_said_in_chinese(reason: str, words: str) -> None:
    assert log_faults.said(reason) == words


def tampered(home: Path) -> int:
    """Change the second record of the unit's log, as whoever owns the file can; returns how many records there are."""
    with sqlite3.connect(home / "shouyue.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        change = "UPDATE audit_record SET action = 'grant.ended' WHERE log = 'shouyue/huachen' AND seq = 2"
        assert connection.execute(change).rowcount == 1
        found = connection.execute("SELECT count(*) FROM audit_record WHERE log = 'shouyue/huachen'").fetchone()
    connection.close()
    return int(found[0])


def test_verify_says_it_in_chinese_with_all_the_records_there_are_and_to_programs_in_english(fresh: Path) -> None:
    assert command(fresh, "setup", *TWO).returncode == 0
    count = tampered(fresh)
    told = command(fresh, "audit", "verify")
    assert told.returncode == 1
    [line] = [each for each in told.stdout.splitlines() if each.startswith("shouyue/huachen：")]
    assert line.startswith(f"shouyue/huachen：{count} 条，已签名到第 ")
    assert "第 2 条不对：旁边的索引列（时间、类型、对象）和这一行写的不一样" in line
    [found] = [
        each for each in json.loads(command(fresh, "audit", "verify", "--json").stdout)["logs"] if each["reason"]
    ]
    assert found["reason"] == "record 2: the columns beside the line say something else"
    assert (found["first_bad"], found["stored"]) == (2, count)


@pytest.mark.parametrize("form", ["jsonl", "pack", "pdf", "xlsx"])
def test_an_export_of_a_bad_log_is_written_and_says_which_record_is_bad(fresh: Path, form: str) -> None:
    assert command(fresh, "setup", *TWO).returncode == 0
    out = fresh / f"log.{form}"
    whole = command(fresh, "export", "audit", "--org", "huachen", "--format", form, "--out", str(out))
    assert (whole.returncode, "注意" in whole.stderr) == (0, False), whole.stderr
    tampered(fresh)
    done = command(fresh, "export", "audit", "--org", "huachen", "--format", form, "--out", str(out))
    assert (done.returncode, out.stat().st_size > 0) == (0, True), done.stderr
    assert "注意：审计日志 shouyue/huachen 第 2 条不对：旁边的索引列" in done.stderr


def test_a_year_that_is_none_is_refused_in_words(fresh: Path) -> None:
    for year in ("20x6", "26", "99999"):
        refused = command(fresh, "audit", "completeness", "--org", "huachen", "--year", year)
        assert refused.returncode == 2
        assert "应为 2000 到 2099 的年份" in refused.stderr
