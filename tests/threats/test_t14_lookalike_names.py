"""T14: names that show something else than they are come in cleaned and flagged, and act on nobody else.

What import does to each cell: tests/unit/test_importing_values.py.
"""

import unicodedata
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.importing.lookalikes import is_suspicious
from handlers.reading.grammar import Verb, read_command
from models import Candidate
from tests.database.test_importing import HEADER, run
from tests.scenarios.company import Company
from workflow.showing import plain

HIDDEN = "\u200b\u200d\u2060\ufeff\u202a\u202e\u2066\u2069\u061c\u00ad\U000e0041"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("mark", HIDDEN)
def test_a_mark_nobody_sees_hides_no_word_from_the_reader(mark: str) -> None:
    """What a person reads on the screen is what the program reads: 不要 with a mark inside is still 不要."""
    shown = f"取消 张{mark}伟 原因 行{mark}程冲突"
    command = read_command(shown, NOW)
    assert command is not None
    assert (command.verb, command.who.name) == (Verb.CANCEL, "张伟")
    assert command.reason is not None
    denied = read_command(f"不{mark}要取{mark}消 张伟", NOW)
    assert (denied.verb if denied else None) == (
        spoken.verb if (spoken := read_command("不要取消 张伟", NOW)) else None
    )


@pytest.mark.parametrize("mark", HIDDEN)
def test_a_mark_nobody_sees_is_shown_to_nobody(mark: str) -> None:
    assert plain(f"张{mark}三") == "张三"


@pytest.mark.parametrize("name", ["Аnna Li", "张ο伟", "Alеx", "Ωlga Wang", "李ㄅ"])
def test_letters_that_only_look_right_are_flagged(name: str) -> None:
    assert is_suspicious(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    "name", ["张伟", "张Wei", "Anna Li", "阿卜杜·热合曼", "Анна Иванова", "José García", "欧阳娜娜", "李明2"]
)
def test_names_as_people_write_them_are_not(name: str) -> None:
    assert not is_suspicious(name)


async def test_hostile_names_of_a_file_come_in_clean_and_flagged_and_are_found_in_the_chat(
    company: Company, tmp_path: Path
) -> None:
    names = ["欧阳\u202e锋", "司\u200b马懿", "Аnna Li", "诸葛\u2066亮\u2069"]
    rows = [f"huachen/net,Java后端,{name},2027-03-10 1{at}:00,1390013800{at}" for at, name in enumerate(names, start=1)]
    file = tmp_path / "hostile.csv"
    file.write_text("\n".join([HEADER, *rows]), "utf-8")
    assert company.app is not None
    report = await run(company.app.store, file)
    assert report.imported == len(names)
    assert {(each.row, each.code) for each in report.warnings} == {
        (2, "hidden-characters"),
        (3, "hidden-characters"),
        (4, "lookalikes"),
        (5, "hidden-characters"),
    }
    stored = [str(each.name) for each in await Candidate.all()]
    assert {"欧阳锋", "司马懿", "诸葛亮"} <= set(stored)
    assert [name for name in stored if any(unicodedata.category(each) == "Cf" for each in name)] == []
    await company.says("wangfang", "查 欧\u202e阳锋")
    found = await company.sees("wangfang", "欧阳锋")
    assert "\u202e" not in str(found)
