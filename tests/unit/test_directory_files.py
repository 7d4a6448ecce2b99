"""A directory file is believed whole or not at all; departments belong to the nearest unit above."""

from pathlib import Path

import pytest

from bot.directory import Tree, dingtalk_asks, wecom_asks
from bot.directory_command import NotRead, people_in
from models import Platform
from workflow.directory import Person

HEAD = "platform,userid,name,organisation,staff_number,leads\n"


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "people.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_people_are_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = HEAD + "dingtalk,wangfang,王芳,huachen/net,HC4,\nwecom,zhao,赵国强,huachen/heavy,,是\n"
    assert people_in(written(tmp_path, text, encoding)) == {
        Platform.DINGTALK: [Person("wangfang", "王芳", "huachen/net", "HC4")],
        Platform.WECOM: [Person("zhao", "赵国强", "huachen/heavy", leads=True)],
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("platform,userid,name\ndingtalk,a,王芳\n", "缺少列 organisation"),
        (HEAD.replace("leads", "salary") + "dingtalk,a,王芳,huachen,,9\n", "不认识列 salary"),
        (HEAD + "dingtalk,a,,huachen,,\n", "第 2 行缺少 name"),
        (HEAD + "feishu,a,王芳,huachen,,\n", "第 2 行的 platform"),
        (HEAD, "文件里没有人"),
    ],
)
def test_one_bad_row_and_nothing_is_believed(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(NotRead, match=why):
        people_in(written(tmp_path, text))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotRead, match="打不开"):
        people_in(tmp_path / "none.csv")


def test_a_department_belongs_to_the_nearest_unit_above() -> None:
    tree = Tree({1: 0, 101: 1, 1011: 101, 9: 8, 8: 9}, {1: "huachen", 101: "huachen/net"})
    assert [tree.unit_of(each) for each in (1, 101, 1011, 9, 77)] == ["huachen", "huachen/net", "huachen/net", "", ""]
    assert tree.unit((9, 1011)) == "huachen/net"


def test_an_event_names_whom_to_read_or_everybody_or_nothing() -> None:
    assert dingtalk_asks("user_leave_org", {"userId": ["a", "b"]}) == ["a", "b"]
    assert dingtalk_asks("org_dept_modify", {}) == []
    assert dingtalk_asks("todo_task_create", {}) is None
    changed = {"ChangeType": ("update_user",), "UserID": ("a",), "NewUserID": ("b",)}
    assert wecom_asks("change_contact", changed) == ["a", "b"]
    assert wecom_asks("change_contact", {"ChangeType": ("delete_party",)}) == []
    assert wecom_asks("enter_agent", {}) is None
