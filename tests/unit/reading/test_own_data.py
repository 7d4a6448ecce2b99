"""我的信息, 更正, 删除我的信息 are told from each other, and from everything about an interview."""

from datetime import UTC, datetime

import pytest

from handlers.reading.own_data import OwnData, own_data_in
from handlers.reading.replies import Intent, read_reply

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)

COPIES = (
    "我的信息",
    "我的资料",
    "我的个人信息",
    "查看我的信息",
    "看看我的资料",
    "请发我的个人信息副本",
    "我想查看我的个人信息",
    "导出我的数据",
    "你们保存了我的哪些信息？",
    "你们有我什么资料",
    "请问你们收集了我哪些个人信息",
    "麻烦提供个人信息副本",
    "下载我的数据",
    "我的数据有哪些？",
    "能不能看看我的信息",
    "我 的 信 息",
)
DELETIONS = (
    "删除我的信息",
    "请删除我的个人信息",
    "删掉我的资料",
    "把我的信息删了",
    "请将我的个人信息全部删除",
    "我要删除我的数据",
    "麻烦清除我的资料",
    "注销我的账号",
    "删除我所有的信息",
    "删除本人信息",
    "我的资料给我删掉",
    "撤回同意",
    "撤回个人信息处理的同意",
    "不要再保存我的信息",
    "帮我删除我的简历",
    "我的信息全部删除，谢谢",
)
CORRECTIONS = (
    ("更正姓名 张玮", "name", "张玮"),
    ("更正 姓名：张玮", "name", "张玮"),
    ("我的名字写错了，应该是张玮", "name", "张玮"),
    ("名字登记错了，改成张玮。", "name", "张玮"),
    ("姓名有误，应为张玮", "name", "张玮"),
    ("更正姓名 为 欧阳娜娜", "name", "欧阳娜娜"),
    ("更正手机号 13900001111", "phone", "13900001111"),
    ("我的手机号换成 13900001111 了", "phone", "13900001111"),
    ("电话填错了，是13900001111", "phone", "13900001111"),
    ("手机号变更为13900001111", "phone", "13900001111"),
    ("我换了电话，13900001111", "phone", "13900001111"),
    ("更正邮箱 wei@example.cn", "email", "wei@example.cn"),
    ("邮箱写错了，正确的是 wei@example.cn", "email", "wei@example.cn"),
    ("我的邮箱更新为wei@example.cn", "email", "wei@example.cn"),
    ("更正我的信息", "", ""),
    ("我想更正个人信息", "", ""),
    ("手机号错了", "phone", ""),
)
OTHERS = (
    "删除面试",
    "删除我的面试",
    "把我的预约删了",
    "删除我的面试信息",
    "取消面试",
    "删除",
    "别删我的信息",
    "不要删除我的资料",
    "面试时间更正一下",
    "更正面试时间为周五下午",
    "我的面试",
    "我的面试信息",
    "电话面试改成周五可以吗",
    "换时间",
    "我换了工作，不来了",
    "名字是什么？",
    "我的手机没电了",
    "改期",
    "信息收到了",
    "收到信息",
)


@pytest.mark.parametrize("text", COPIES)
def test_who_asks_for_their_data_is_heard(text: str) -> None:
    wish = own_data_in(text)
    assert wish is not None
    assert wish.what == OwnData.COPY


@pytest.mark.parametrize("text", DELETIONS)
def test_who_wants_their_data_gone_is_asked_and_cancels_nothing(text: str) -> None:
    wish = own_data_in(text)
    assert wish is not None
    assert wish.what == OwnData.DELETE
    assert read_reply(text, NOW).intent != Intent.CANCEL


@pytest.mark.parametrize(("text", "field", "value"), CORRECTIONS)
def test_a_correction_names_its_datum_and_its_value(text: str, field: str, value: str) -> None:
    wish = own_data_in(text)
    assert wish is not None
    assert (wish.what, wish.field, wish.value) == (OwnData.CORRECT, field, value)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_about_an_interview_is_not_about_data(text: str) -> None:
    assert own_data_in(text) is None


def test_only_the_whole_sentence_confirms_a_deletion() -> None:
    assert (wish := own_data_in("确认删除我的信息")) is not None
    assert wish.what == OwnData.DELETE_FIRMLY
    assert own_data_in("不要确认删除我的信息") is None
    assert own_data_in("确认") is None
    assert own_data_in("确认取消") is None
