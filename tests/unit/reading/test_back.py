"""退回 to a level, in the many ways people write it; and the numbers and words of 同意, 驳回, 退回."""

from datetime import datetime

import pytest

from handlers.reading.back import NOWHERE, START, where_to
from handlers.reading.found import ZONE
from handlers.reading.grammar import Command, read_command
from handlers.reading.verbs import Verb

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
KNOWN = {
    "用人部门": 1,
    "陈敏": 1,
    "分管领导": 2,
    "赵国强": 2,
    "上一级": 2,
    "总经理": NOWHERE,
    "李娜": NOWHERE,
    "发起人": START,
    "申请人": START,
    "hr": START,
    "刘洋": START,
}
Q = "Q20261122-007"


def read(text: str) -> Command:
    command = read_command(text, NOW)
    assert command is not None, text
    assert command.verb is Verb.SEND_BACK, text
    return command


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        (f"退回 {Q} 到 用人部门 编制再核一下", 1, "编制再核一下"),
        (f"退回 {Q} 到 用人部门", 1, ""),
        (f"退回 {Q} 用人部门", 1, ""),
        (f"退回 {Q} 用人部门 编制再核一下", 1, "编制再核一下"),
        (f"退回 {Q} 用人部门，编制再核一下", 1, "编制再核一下"),
        (f"退回到用人部门 {Q}", 1, ""),
        (f"退回到用人部门{Q}", 1, ""),
        (f"退回用人部门 {Q}", 1, ""),
        (f"退回给用人部门 {Q} 编制再核一下", 1, "编制再核一下"),
        (f"退回{Q}到用人部门", 1, ""),
        (f"退回{Q}到用人部门编制再核一下", 1, "编制再核一下"),
        (f"退回{Q}至用人部门，编制再核一下。", 1, "编制再核一下"),
        (f"退回 {Q} 到「用人部门」 编制再核一下", 1, "编制再核一下"),
        (f"退回 {Q} 到 用人部门 原因 编制再核一下", 1, "编制再核一下"),
        (f"退回 {Q} 到 用人部门 原因：编制再核一下", 1, "编制再核一下"),
        (f"退回 {Q} 原因 编制再核一下 到 用人部门", 1, "编制再核一下"),
        (f"退回 {Q} 编制再核一下，退回到用人部门", 1, "编制再核一下"),
        (f"退回 {Q} 到 用人", 1, ""),
        (f"退回 {Q} 到用人部门那里", 1, ""),
        (f"退回 {Q} 给用人部门重新审批", 1, "重新审批"),
        (f"将 {Q} 退回给用人部门", 1, ""),
        (f"把{Q}打回到用人部门", 1, ""),
        (f"{Q} 退回到 用人部门", 1, ""),
        (f"{Q}退回到用人部门", 1, ""),
        (f"退回　{Q}　到　用人部门", 1, ""),
        ("退回 ｑ20261122－007 到用人部门", 1, ""),
        ("退回 1 到 用人部门", 1, ""),
        ("退回1到用人部门", 1, ""),
        ("退回第1条到用人部门", 1, ""),
        ("把1退回到用人部门", 1, ""),
        ("退回用人部门 1", 1, ""),
        ("退回到用人部门 1", 1, ""),
        ("打回 1 到 用人部门", 1, ""),
        ("退回 1 到 陈敏 PDF 打不开", 1, "PDF 打不开"),
        ("退回 1 给 陈敏", 1, ""),
        ("退回 1 3 到 分管领导", 2, ""),
        ("退回 1 到 上一级", 2, ""),
        ("退回上一级 1", 2, ""),
        ("退回 1 上一级 再看看附件", 2, "再看看附件"),
        ("退回 1 到 发起人 补证明", START, "补证明"),
        ("退回 1 给HR 补证明", START, "补证明"),
        ("退回 1 刘洋 补证明", START, "补证明"),
    ],
)
def test_a_level_is_understood_however_it_is_written(text: str, level: int, words: str) -> None:
    found = where_to(read(text).reason_text, KNOWN)
    assert (found.level, found.words, found.unclear) == (level, words, "")


@pytest.mark.parametrize(
    "text",
    [
        "退回 1 到 2",
        "退回1到2",
        "退回 1至2",
        f"退回 {Q} 到 1",
        f"退回 {Q} 到第一级",
        f"退回 {Q} 第1级",
        f"退回 {Q} 第一步 再核",
        f"退回 {Q} 到 用人部们 编制再核",
        f"退回 {Q} 到人事部",
        f"退回到人事部 {Q}",
        f"退回 {Q} 给 王芳",
        f"退回 {Q} 到 总经理 再看",
        f"退回 {Q} 总经理",
        f"退回 {Q} 到 李娜",
        f"退回 {Q} 到",
        f"退回 {Q} 编制再核 到 用人部们",
        f"退回 {Q} 请用人部门再核一下编制",
        f"退回 {Q} 用人部门编制没核清楚",
        f"退回 {Q} 编制再核 用人部门",
    ],
)
def test_a_level_that_is_not_surely_one_is_asked_about(text: str) -> None:
    assert where_to(read(text).reason_text, KNOWN).unclear


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("退回 1 要补什么", "要补什么"),
        ("退回 1 请补充 2 份截图", "请补充 2 份截图"),
        ("退回 1 缺用人部门的签字", "缺用人部门的签字"),
        ("退回 1 请补到位", "请补到位"),
        ("退回 1 给我补一份 PDF", "给我补一份 PDF"),
        ("退回 1 原因 缺证明", "缺证明"),
        ("退回 1", ""),
        ("退回补充 1", ""),
    ],
)
def test_what_names_no_level_goes_to_whoever_asked_with_its_words(text: str, words: str) -> None:
    found = where_to(read(text).reason_text, KNOWN)
    assert (found.level, found.words, found.unclear) == (START, words, "")


@pytest.mark.parametrize(
    ("text", "picks", "words"),
    [
        ("驳回 1 岗位还缺 2 人", (1,), "岗位还缺 2 人"),
        ("驳回 2 证明只有 1 份，还差 3 份", (2,), "证明只有 1 份，还差 3 份"),
        ("退回 1 缺 2 份证明", (1,), "缺 2 份证明"),
        ("退回 1-3 缺证明", (1, 2, 3), "缺证明"),
        ("退回 1、3 缺证明", (1, 3), "缺证明"),
        ("同意 1 3 4", (1, 3, 4), ""),
        ("同意1到3", (1, 2, 3), ""),
        ("同意第1条和第3条", (1, 3), ""),
        ("把 1 和 3 都同意", (1, 3), ""),
        ("同意 2 请在 3 天内通知", (2,), "请在 3 天内通知"),
        ("驳回 证据不清 2", (2,), "证据不清"),
        ("驳回 1 原因：HC 未冻结", (1,), "HC 未冻结"),
        ("驳回 1 附件裏的PDF打不開", (1,), "附件裏的PDF打不開"),
        ("退回 还缺 2 份证明", (), "还缺 2 份证明"),
        ("驳回 所有材料都不清楚", (), "所有材料都不清楚"),
    ],
)
def test_numbers_inside_the_words_of_an_answer_are_no_rows_and_the_words_stay_as_written(
    text: str, picks: tuple[int, ...], words: str
) -> None:
    command = read_command(text, NOW)
    assert command is not None
    assert (command.picks, command.reason_text, command.who.everything) == (picks, words, False)


@pytest.mark.parametrize(
    ("text", "about", "how"),
    [
        (f"加签 {Q} 李娜 前", Q, "前"),
        (f"加签 {Q} 李娜 在我之前", Q, "前"),
        (f"加签 {Q} 李娜（前）", Q, "前"),
        (f"加签{Q}李娜在我前面", Q, "前"),
        ("加签 1 李娜 并", 1, "并"),
        ("加签 1 李娜 一起", 1, "并"),
        ("加签 1 李娜 跟我同时审批", 1, "并"),
        ("并加签1李娜", 1, "并"),
        ("前加签 1 李娜", 1, "前"),
        ("加签 前 1 李娜", 1, "前"),
        ("加签 1 李娜 先审", 1, "前"),
        ("加签李娜到我前面 1", 1, "前"),
        ("加签 李娜 1 在我后面", 1, "后"),
        ("加签　１　李娜　后", 1, "后"),
        (f"请李娜后加签 {Q}", Q, "后"),
        ("在我之前加签李娜 1", 1, "前"),
        ("把1加签给李娜 前", 1, "前"),
        ("加签 1 李娜", 1, None),
        ("请李娜加签 1", 1, None),
    ],
)
def test_when_somebody_is_added_is_understood_wherever_it_stands(text: str, about: str | int, how: str | None) -> None:
    command = read_command(text, NOW)
    assert command is not None
    assert (command.verb, command.colleague, command.options.get("位置")) == (Verb.ADD, "李娜", how)
    assert about in (command.who.request, *command.picks)
    assert command.reason_text == ""


@pytest.mark.parametrize(
    ("text", "picks", "name", "words"),
    [
        ("转交 2 李娜", (2,), "李娜", ""),
        ("转交2李娜", (2,), "李娜", ""),
        ("转交 李娜 2", (2,), "李娜", ""),
        ("转交给李娜处理 2", (2,), "李娜", ""),
        ("转交 1 李娜 我在出差", (1,), "李娜", "我在出差"),
        ("把 1、2 转交给李娜，我出差", (1, 2), "李娜", "我出差"),
        ("转交 李娜 2 我要看 3 天材料", (2,), "李娜", "我要看 3 天材料"),
        ("转交 1 lina", (1,), "lina", ""),
        ("转交 1 买买提·艾力", (1,), "买买提·艾力", ""),
    ],
)
def test_to_whom_something_is_handed_is_the_first_word_and_the_others_go_with_it(
    text: str, picks: tuple[int, ...], name: str, words: str
) -> None:
    command = read_command(text, NOW)
    assert command is not None
    assert (command.verb, command.picks, command.colleague) == (Verb.HAND_OVER, picks, name)
    assert command.reason_text == words
