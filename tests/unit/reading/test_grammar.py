"""HR's grammar: what is typed, and the one command it is."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers.reading.dates import When
from handlers.reading.grammar import Command, Verb, nearest, read_command
from handlers.reading.reasons import Reason
from handlers.reading.verbs import SPELLINGS

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # 周一

COMMANDS: list[tuple[str, Verb, dict[str, Any]]] = [
    (
        "取消 张伟 明天下午三点 原因 行程冲突 保留资格",
        Verb.CANCEL,
        {"who": "张伟", "when": "11-24 15:00", "reason": "conflict", "keep": True},
    ),
    ("qx zhangwei 8123", Verb.CANCEL, {"who": "zhangwei 8123"}),
    (
        "批量取消 岗位=Java后端 下周 原因 岗位暂停 仅预览",
        Verb.BATCH_CANCEL,
        {
            "who": "Java后端",
            "when": "11-30 00:00 – 12-07 00:00",
            "reason": "position_paused",
            "options": {"仅预览": "是"},
        },
    ),
    ("撤销", Verb.UNDO, {}),
    ("待我审批", Verb.TODO, {}),
    ("简报", Verb.BRIEF, {}),
    ("简报 关", Verb.BRIEF, {}),
    ("同意 1 3 4 附言 情况属实", Verb.APPROVE, {"picks": (1, 3, 4), "options": {"附言": "情况属实"}}),
    ("驳回 2 证据不清", Verb.REJECT, {"picks": (2,)}),
    ("转交 2 李娜", Verb.HAND_OVER, {"colleague": "李娜", "picks": (2,)}),
    ("委托 李娜 至 周五17:00", Verb.DELEGATE, {"to": "11-27 17:00", "colleague": "李娜"}),
    (
        "登记电话取消 张伟 明天15点 行程冲突",
        Verb.PHONE_CANCEL,
        {"who": "张伟", "when": "11-24 15:00", "reason": "conflict"},
    ),
    ("/取消 张伟", Verb.CANCEL, {"who": "张伟"}),
    ("张伟 明天下午三点 取消", Verb.CANCEL, {"who": "张伟", "when": "11-24 15:00"}),
    ("帮我取消张伟明天下午三点的面试", Verb.CANCEL, {"who": "张伟", "when": "11-24 15:00"}),
    ("把张伟周三的面试取消了吧", Verb.CANCEL, {"who": "张伟", "when": "11-25 00:00 – 11-26 00:00"}),
    ("张伟不面了", Verb.CANCEL, {"who": "张伟"}),
    ("麻烦把张伟的面试撤了", Verb.CANCEL, {"who": "张伟"}),
    ("张伟的面试取消了吗？", Verb.FIND, {"who": "张伟"}),
    ("不取消了", Verb.DROP, {}),
    ("取消", Verb.CANCEL, {"asks": True}),
    ("取消 8123", Verb.CANCEL, {"who": "8123"}),
    ("取消 尾号8123 明天", Verb.CANCEL, {"who": "8123", "when": "11-24 00:00 – 11-25 00:00"}),
    ("改期 张伟 周五上午10点", Verb.RESCHEDULE, {"who": "张伟", "to": "11-27 10:00"}),
    (
        "把张伟明天下午三点的面试改到周五上午10点",
        Verb.RESCHEDULE,
        {"who": "张伟", "when": "11-24 15:00", "to": "11-27 10:00"},
    ),
    (
        "改期 张伟 明天15:00 到 周五上午十点",
        Verb.RESCHEDULE,
        {"who": "张伟", "when": "11-24 15:00", "to": "11-27 10:00"},
    ),
    ("张伟的面试推迟到下周三下午两点", Verb.RESCHEDULE, {"who": "张伟", "to": "12-02 14:00"}),
    ("算了", Verb.DROP, {}),
    ("1", Verb.CHOOSE, {"picks": (1,)}),
    ("选1", Verb.CHOOSE, {"picks": (1,)}),
    ("第一个", Verb.CHOOSE, {"picks": (1,)}),
    ("1 3", Verb.CHOOSE, {"picks": (1, 3)}),
    ("同意 Q20261122-007", Verb.APPROVE, {"who": "Q20261122-007"}),
    ("同意Q20261122-007", Verb.APPROVE, {"who": "Q20261122-007"}),
    ("同意 全部", Verb.APPROVE, {"who": "全部"}),
    ("时间轴 Q20261122-007", Verb.TIMELINE, {"who": "Q20261122-007"}),
    ("证据包 Q20261122-007", Verb.EVIDENCE, {"who": "Q20261122-007"}),
    ("催办 Q20261122-007", Verb.REMIND, {"who": "Q20261122-007"}),
    ("撤回 Q20261122-007", Verb.WITHDRAW, {"who": "Q20261122-007"}),
    ("确认取消 37", Verb.CONFIRM_BATCH, {"count": 37, "confirmed": True}),
    (
        "取消 张伟 明天下午三点 行程冲突 确认取消",
        Verb.CANCEL,
        {"who": "张伟", "when": "11-24 15:00", "reason": "conflict", "confirmed": True},
    ),
    ("怎么取消", Verb.HELP, {}),
    ("帮助 取消", Verb.HELP, {}),
    ("帮助", Verb.HELP, {}),
    ("求助", Verb.TICKET, {}),
    ("导出 Q20261122-007", Verb.EXPORT, {"who": "Q20261122-007"}),
    ("看板 按岗位 本周", Verb.BOARD, {"when": "11-23 00:00 – 11-30 00:00"}),
    ("面试列表 明天", Verb.LIST, {"when": "11-24 00:00 – 11-25 00:00"}),
    ("列表 明天", Verb.LIST, {"when": "11-24 00:00 – 11-25 00:00"}),
    ("候选人 张伟", Verb.FIND, {"who": "张伟"}),
    ("风险 明天", Verb.RISK, {"when": "11-24 00:00 – 11-25 00:00"}),
    ("候补 Y20261122-001", Verb.WAITLIST, {"who": "Y20261122-001"}),
    ("归档状态 Q20261122-007", Verb.ARCHIVE, {"who": "Q20261122-007"}),
    ("重新归档 Q20261122-007", Verb.ARCHIVE_AGAIN, {"who": "Q20261122-007"}),
    ("完整性检查 华辰重工 2026年", Verb.INTEGRITY, {}),
    ("合规体检 huachen/heavy", Verb.CHECKUP, {}),
    ("模板 新建", Verb.TEMPLATE, {}),
    ("通知方式 短信", Verb.CHANNEL, {}),
    ("恢复 Y20261122-001", Verb.RESTORE, {"who": "Y20261122-001"}),
    ("取消 周一鸣 周三下午", Verb.CANCEL, {"who": "周一鸣", "when": "11-25 12:00 – 11-25 18:00"}),
    ("取消 林月初 明天", Verb.CANCEL, {"who": "林月初", "when": "11-24 00:00 – 11-25 00:00"}),
    ("取消张三三天后的面试", Verb.CANCEL, {"who": "张三", "when": "11-26 09:30"}),
    ("取消 张伟 2月30日", Verb.CANCEL, {"who": "张伟", "asks": True}),
    ("取消 张伟 不通知 不保留", Verb.CANCEL, {"who": "张伟", "notify": False, "keep": False}),
    ("取消 买买提·艾力 25号", Verb.CANCEL, {"who": "买买提·艾力", "when": "11-25 00:00 – 11-26 00:00"}),
    ("取消 张总 明天", Verb.CANCEL, {"who": "张", "when": "11-24 00:00 – 11-25 00:00"}),
    ("批量取消 下周", Verb.BATCH_CANCEL, {"when": "11-30 00:00 – 12-07 00:00"}),
    ("批量取消 岗位=Java后端", Verb.BATCH_CANCEL, {"who": "Java后端"}),
    (
        "张伟发烧了，取消明天的面试",
        Verb.CANCEL,
        {"who": "张伟", "when": "11-24 00:00 – 11-25 00:00", "reason": "illness"},
    ),
    ("取消 张伟 和 马超", Verb.CANCEL, {"who": "张伟", "asks": True}),
    ("撤 张伟 明天", Verb.CANCEL, {"who": "张伟", "when": "11-24 00:00 – 11-25 00:00"}),
    ("取消Java后端张伟明天的面试", Verb.CANCEL, {"who": "张伟", "when": "11-24 00:00 – 11-25 00:00"}),
    ("取消 张伟(尾号8123) 11月25日 15:00", Verb.CANCEL, {"who": "张伟 8123", "when": "11-25 15:00"}),
    ("qx zw 明天", Verb.CANCEL, {"who": "zw", "when": "11-24 00:00 – 11-25 00:00"}),
    ("取消 欧阳娜娜 后天上午", Verb.CANCEL, {"who": "欧阳娜娜", "when": "11-25 06:00 – 11-25 12:00"}),
    ("取消預約 張偉 明天下午三點", Verb.CANCEL, {"who": "张伟", "when": "11-24 15:00"}),
    (
        "请取消 Y20261122-001，原因：面试官临时出差",
        Verb.CANCEL,
        {"who": "Y20261122-001", "reason": "interviewer_conflict"},
    ),
    ("加签 2 李娜", Verb.ADD, {"colleague": "李娜", "picks": (2,)}),
    ("转交 Q20261122-007 给 李娜", Verb.HAND_OVER, {"who": "Q20261122-007", "colleague": "李娜"}),
    ("退回 1 请补充截图", Verb.SEND_BACK, {"picks": (1,)}),
    ("不同意 2 证据不足", Verb.REJECT, {"picks": (2,)}),
    ("昨天取消了几个面试", Verb.FIND, {"when": "11-22 00:00 – 11-23 00:00"}),
    ("查 张伟", Verb.FIND, {"who": "张伟"}),
    ("查一下张伟的面试", Verb.FIND, {"who": "张伟"}),
    ("查张伟", Verb.FIND, {"who": "张伟"}),
    (
        "取消 张伟 上午十点 原因 候选人发烧 附言 已电话沟通",
        Verb.CANCEL,
        {"who": "张伟", "when": "11-23 10:00", "reason": "illness", "options": {"附言": "已电话沟通"}},
    ),
    ("cancel zhangwei tomorrow 3pm", Verb.CANCEL, {"who": "zhangwei", "when": "11-24 15:00"}),
    ("面试官李雷生病了，把马超的面试取消掉", Verb.CANCEL, {"who": "马超", "reason": "interviewer_conflict"}),
    ("确认取消", Verb.CONFIRM_BATCH, {"confirmed": True, "asks": True}),
    ("确认取消 张伟 明天下午", Verb.CANCEL, {"who": "张伟", "when": "11-24 12:00 – 11-24 18:00", "confirmed": True}),
    (
        "我要取消李雷明天上午10点的面试，原因是岗位暂停招聘",
        Verb.CANCEL,
        {"who": "李雷", "when": "11-24 10:00", "reason": "position_paused"},
    ),
    ("张三的面试不用通知了，取消", Verb.CANCEL, {"who": "张三", "notify": False}),
    ("查 8123", Verb.FIND, {"who": "8123"}),
    ("撤回", Verb.WITHDRAW, {"asks": True}),
    ("撤销 Q20261122-007", Verb.UNDO, {"who": "Q20261122-007"}),
    ("批准 1-3", Verb.APPROVE, {"picks": (1, 2, 3)}),
    ("都取消", Verb.BATCH_CANCEL, {"asks": True}),
    ("取消岗位=Java后端下周的所有面试", Verb.BATCH_CANCEL, {"who": "Java后端", "when": "11-30 00:00 – 12-07 00:00"}),
    ("批量取消 Java后端 下周", Verb.BATCH_CANCEL, {"who": "java后端", "when": "11-30 00:00 – 12-07 00:00"}),
    ("全部取消 岗位=会计", Verb.BATCH_CANCEL, {"who": "会计"}),
    ("取消 明天下午三点", Verb.CANCEL, {"when": "11-24 15:00"}),
    ("取消 张伟 昨天下午三点", Verb.CANCEL, {"who": "张伟", "when": "11-22 15:00", "asks": True}),
    ("列表 昨天", Verb.LIST, {"when": "11-22 00:00 – 11-23 00:00"}),
    ("明天有哪些面试", Verb.LIST, {"when": "11-24 00:00 – 11-25 00:00"}),
    ("看一下明天的面试安排", Verb.LIST, {"when": "11-24 00:00 – 11-25 00:00"}),
    ("Java后端明天有几个面试", Verb.LIST, {"when": "11-24 00:00 – 11-25 00:00"}),
    ("通过", Verb.APPROVE, {"asks": True}),
    ("@守约 取消 张伟", Verb.CANCEL, {"who": "张伟"}),
    ("张伟 取消", Verb.CANCEL, {"who": "张伟"}),
    ("zhangwei 8123 取消", Verb.CANCEL, {"who": "zhangwei 8123"}),
    ("取消 13800138123", Verb.CANCEL, {"who": "8123"}),
    ("取消 王芳老师 明天", Verb.CANCEL, {"who": "王芳", "when": "11-24 00:00 – 11-25 00:00"}),
    ("取消 单雄 明天上午", Verb.CANCEL, {"who": "单雄", "when": "11-24 06:00 – 11-24 12:00"}),
    ("取消 尉迟恭 后天", Verb.CANCEL, {"who": "尉迟恭", "when": "11-25 00:00 – 11-26 00:00"}),
    ("取消 Tom 明天", Verb.CANCEL, {"who": "tom", "when": "11-24 00:00 – 11-25 00:00"}),
    ("取消 第2号", Verb.CANCEL, {}),
    ("取消 4/5G工程师 张伟", Verb.CANCEL, {"who": "张伟"}),
    ("改期 张伟 到 周五上午10点", Verb.RESCHEDULE, {"who": "张伟", "to": "11-27 10:00"}),
    ("张伟改到周五上午10点", Verb.RESCHEDULE, {"who": "张伟", "to": "11-27 10:00"}),
    ("改期 张伟", Verb.RESCHEDULE, {"who": "张伟", "asks": True}),
    ("恢复 张伟", Verb.RESTORE, {"who": "张伟"}),
    ("导出 审计 2026年11月", Verb.EXPORT, {"when": "11-01 00:00 – 12-01 00:00"}),
    ("转交李娜", Verb.HAND_OVER, {"colleague": "李娜"}),
    ("同意1、3、4", Verb.APPROVE, {"picks": (1, 3, 4)}),
    ("同意第一个", Verb.APPROVE, {"picks": (1,)}),
    ("驳回 Q20261122-007 证据不清", Verb.REJECT, {"who": "Q20261122-007"}),
    ("委托 李娜 到 周五下午五点", Verb.DELEGATE, {"to": "11-27 17:00", "colleague": "李娜"}),
    ("把马超的面试取消掉，因为他发烧了", Verb.CANCEL, {"who": "马超", "reason": "illness"}),
    ("取消 周三 张伟", Verb.CANCEL, {"who": "张伟", "when": "11-25 00:00 – 11-26 00:00"}),
    ("取消 张伟 周三或周四", Verb.CANCEL, {"who": "张伟", "when": "11-25 00:00 – 11-27 00:00", "asks": True}),
    (
        "张伟 明天 三点 取消 原因 候选人已接受其他offer 不保留资格 不通知",
        Verb.CANCEL,
        {"who": "张伟", "when": "11-24 15:00", "reason": "other_offer", "notify": False, "keep": False},
    ),
    ("取消一下张伟明天的面试，他说来不了了", Verb.CANCEL, {"who": "张伟", "when": "11-24 00:00 – 11-25 00:00"}),
    ("请把尾号8123的面试取消", Verb.CANCEL, {"who": "8123"}),
    ("？", Verb.HELP, {}),
    ("怎么批量取消", Verb.HELP, {}),
    ("待办", Verb.TODO, {}),
    ("我的审批", Verb.TODO, {}),
    ("有几个待审批", Verb.TODO, {}),
    ("催一下 Q20261122-007", Verb.REMIND, {"who": "Q20261122-007"}),
    ("取消 张伟 明天下午三点", Verb.CANCEL, {"who": "张伟", "when": "11-24 15:00"}),
    ("取消张伟11-25 15:30的面试 链接错误", Verb.CANCEL, {"who": "张伟", "when": "11-25 15:30", "reason": "wrong_link"}),
]

NOT_COMMANDS = [
    "别取消张伟的面试",
    "取销 张伟",
    "今天中午吃什么",
    "好的收到",
    "帮我把周会取消了",
    "取消订单",
    "我同意你的看法",
    "张伟已经取消了",
    "取肖 张伟",
    "pl取消 下周",
    "通过了",
    "大家好，今天开会",
    "张伟说他来不了了",
    "张伟来不了了，帮忙处理下",
    "今天的面试几点",
    "候选人都通知了吗",
    "谢谢",
    "好的",
    "ok",
    "在吗",
    "下周三那场先别取消",
]


def read(text: str) -> Command:
    command = read_command(text, NOW)
    assert command is not None, text
    return command


def spoken(when: When | None) -> str | None:
    if when is None:
        return None
    return f"{when.start:%m-%d %H:%M}" + ("" if when.exact else f" – {when.end:%m-%d %H:%M}")


def said(command: Command) -> dict[str, Any]:
    everything = {
        "who": command.who.spoken(),
        "when": spoken(command.when),
        "to": spoken(command.to),
        "reason": command.reason,
        "notify": command.notify,
        "keep": command.keep,
        "count": command.count,
        "colleague": command.colleague,
        "picks": command.picks or None,
        "options": command.options or None,
        "confirmed": command.confirmed or None,
        "asks": bool(command.problems) or None,
    }
    return {key: value for key, value in everything.items() if value is not None}


@pytest.mark.parametrize(("text", "verb", "parts"), COMMANDS)
def test_a_command_is_read_whole(text: str, verb: Verb, parts: dict[str, Any]) -> None:
    command = read(text)
    assert command.verb is verb
    assert said(command) == parts


@pytest.mark.parametrize("text", NOT_COMMANDS)
def test_talk_is_not_a_command(text: str) -> None:
    assert read_command(text, NOW) is None


@pytest.mark.parametrize(
    ("word", "verb"),
    [(word, verb) for verb, words in SPELLINGS.items() for word in words if verb not in (Verb.CHOOSE, Verb.DROP)],
)
def test_every_spelling_of_a_verb_is_that_verb(word: str, verb: Verb) -> None:
    assert read(f"/{word}").verb is verb
    assert read(word).verb is verb


PARTS = ["张伟", "明天下午三点", "原因 行程冲突", "保留资格", "不通知"]


@pytest.mark.parametrize("turn", range(len(PARTS)))
def test_the_order_of_parts_does_not_matter(turn: int) -> None:
    parts = PARTS[turn:] + PARTS[:turn]
    command = read("取消 " + " ".join(parts))
    assert command.who.name == "张伟"
    assert spoken(command.when) == "11-24 15:00"
    assert (command.reason, command.reason_text) == (Reason.CONFLICT, "行程冲突")
    assert (command.keep, command.notify, command.problems) == (True, False, ())


@pytest.mark.parametrize(
    "text",
    ["取消　张伟　明天１５：００", "／取消 張偉 明天15:00", "取消，张伟，明天15:00", "@守约 取消 张伟 明天15:00"],
)
def test_width_script_and_marks_do_not_matter(text: str) -> None:
    command = read(text)
    assert (command.verb, command.who.name, spoken(command.when)) == (Verb.CANCEL, "张伟", "11-24 15:00")


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("取销 张伟", "取消"),
        ("取肖 张伟", "取消"),
        ("撤消申请 1", "撤销"),
        ("驳会 2", "驳回"),
        ("时间周 Q1", "时间轴"),
        ("cancle zhangwei", "取消"),
    ],
)
def test_a_slip_is_suggested(text: str, verb: str) -> None:
    assert verb in nearest(text)


@pytest.mark.parametrize("text", ["取销 张伟 明天", "取肖 张伟", "驳会 2", "批良取消 下周", "通意 1"])
def test_a_slip_is_never_carried_out(text: str) -> None:
    command = read_command(text, NOW)
    assert command is None or command.verb not in (Verb.BATCH_CANCEL, Verb.APPROVE, Verb.REJECT) or command.problems


def test_at_most_three_suggestions_are_made() -> None:
    assert len(nearest("撤肖")) <= 3


def test_a_remark_is_kept_as_it_was_written() -> None:
    assert read("同意 1 附言 HC已冻结，OK").options == {"附言": "HC已冻结，OK"}
    assert read("取消 张伟 原因 拿到Google的Offer").reason_text == "拿到Google的Offer"
    assert read("批量取消 岗位=Java后端").who.position == "Java后端"


def test_two_people_are_never_one_command() -> None:
    assert read("取消 张伟 和 马超").problems


def test_two_times_are_asked() -> None:
    assert read("取消 张伟 周三、周五").problems


def test_a_past_time_is_no_problem_for_looking() -> None:
    assert read("列表 昨天").problems == ()
    assert read("取消 张伟 昨天下午三点").problems


def test_a_batch_is_confirmed_by_its_number() -> None:
    assert read("确认取消 37").count == 37
    assert read("确认取消").problems


def test_the_new_time_is_not_the_old_one() -> None:
    command = read("把张伟明天下午三点的面试改到周五上午10点")
    assert (spoken(command.when), spoken(command.to)) == ("11-24 15:00", "11-27 10:00")


def test_a_batch_never_grows_by_a_word_that_was_not_understood() -> None:
    command = read("取消明天上午所有Java后端的面试")
    assert (command.verb, command.who.position) == (Verb.BATCH_CANCEL, "java后端")
    assert read("批量取消 火星 探测 下周").problems


@pytest.mark.parametrize(
    ("text", "verb", "who"),
    [
        ("全部同意", Verb.APPROVE, "全部"),
        ("把2转交给李娜", Verb.HAND_OVER, None),
        ("请假了，审批委托给李娜到周五", Verb.DELEGATE, None),
        ("明天下午3点张伟的面试帮忙撤掉", Verb.CANCEL, "张伟"),
        ("我想把尾号4410的面试改到下周一上午十点", Verb.RESCHEDULE, "4410"),
        ("岗位暂停了，会计下周的面试都取消", Verb.BATCH_CANCEL, "会计"),
    ],
)
def test_ordinary_sentences_are_understood(text: str, verb: Verb, who: str | None) -> None:
    command = read(text)
    assert (command.verb, command.who.spoken()) == (verb, who)


@pytest.mark.parametrize(
    "text",
    [
        "老板同意了",
        "今天面试了三个人",
        "李雷通过了",
        "进度怎么样了",
        "模板发我一份",
        "周三下午的面试室订好了吗",
        "这个候选人不错",
        "面试通过了",
    ],
)
def test_a_verb_inside_talk_is_no_order(text: str) -> None:
    assert read_command(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "verb", "name"),
    [
        ("保存查询 未取消的 出差 8123", Verb.SAVE_QUERY, "未取消的 出差 8123"),
        ("/删除查询 赵总ＡＢ", Verb.DELETE_QUERY, "赵总ＡＢ"),
        ("帮我保存查询 2026年", Verb.SAVE_QUERY, "2026年"),
        ("保存查询", Verb.SAVE_QUERY, ""),
    ],
)
def test_nothing_is_read_into_the_name_of_a_query(text: str, verb: Verb, name: str) -> None:
    assert (read(text).verb, read(text).rest, said(read(text))) == (verb, name, {})
