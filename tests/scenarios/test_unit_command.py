"""A fresh installation gets its tree of units from the command line, and what is in use is not changed by it."""

import json
from pathlib import Path

import pytest

from tests.scenarios.programs import said_by

PEOPLE = "platform,userid,name,organisation\ndingtalk,wangfang,王芳,huachen/net\n"


@pytest.fixture
async def founded(tmp_path: Path) -> Path:
    for more in ([], ["--unit", "huachen=华辰集团", "--admin", "zhoukai=周凯", "--security", "hanxue=韩雪"]):
        code, _, err = await said_by("setup", *more, SHOUYUE_HOME=str(tmp_path))
        assert code == 0, err
    return tmp_path


async def unit(home: Path, *words: str) -> tuple[int, str, str]:
    return await said_by("unit", *words, SHOUYUE_HOME=str(home))


async def test_units_are_entered_from_the_top_and_people_come_into_them(founded: Path) -> None:
    assert (await unit(founded, "add", "huachen/net=华辰互联", "--preset", "fast"))[0] == 0
    code, out, _ = await unit(founded, "add", "huachen=华辰集团", "--preset", "strict")
    assert (code, "华辰集团（huachen），规则 strict" in out) == (0, True)
    file = founded / "people.csv"
    file.write_text(PEOPLE, "utf-8")
    code, _, err = await said_by("directory", "import", str(file), SHOUYUE_HOME=str(founded))
    assert code == 0, err
    listed = json.loads((await unit(founded, "list", "--json"))[1])
    assert [(each["path"], each["preset"], each["employees"]) for each in listed] == [
        ("huachen", "strict", 2),
        ("huachen/net", "fast", 1),
    ]
    code, _, err = await unit(founded, "add", "huachen/net=华辰互联", "--preset", "strict")
    assert (code, "没有录入" in err, "谁要审批就变了" in err) == (2, True, True)
    assert (await said_by("audit", "verify", SHOUYUE_HOME=str(founded)))[0] == 0


async def test_what_cannot_be_a_unit_is_refused_with_the_form_it_wants(founded: Path) -> None:
    for said, words in (
        ("huachen/net/java=Java 组", "上级单位还没有录入"),
        ("Huachen/Net=华辰互联", "小写字母"),
        ("huachen/net", "要写成 路径=名称"),
        ("other=另一个集团", "只管一个集团"),
    ):
        code, _, err = await unit(founded, "add", said, "--preset", "fast")
        assert (code, words in err) == (2, True), (said, err)
    code, _, err = await unit(founded, "add", "huachen/net=华辰互联", "--preset", "easy")
    assert (code, "fast、strict、transition" in err) == (2, True)


async def test_a_slip_is_corrected_while_nobody_uses_the_unit(founded: Path) -> None:
    for preset in ("strict", "fast"):
        assert (await unit(founded, "add", "huachen/net=华辰互联", "--preset", preset))[0] == 0
    assert "华辰互联  规则 fast" in (await unit(founded, "list"))[1]
