"""What candidates write: a wrong 取消 is the worst mistake, a missed plain 取消 the second worst."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.reading.reasons import Reason
from handlers.reading.replies import Intent, read_reply

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # 周一

CANCEL = [
    "取消",
    "来不了了",
    "明天来不了了",
    "去不了",
    "不去了",
    "发烧了去不了",
    "cancel",
    "I can't make it tomorrow",
    "我要取消面试",
    "我想取消明天的面试",
    "帮我取消一下，谢谢",
    "不好意思，我明天有事，面试取消吧",
    "不好意思，明天临时要出差，来不了了",
    "抱歉，我已经接了别家的offer，不参加了",
    "請取消面試",
    "我來不了了",
    "取消😭",
    "取 消",
    "取销面试",
    "放弃面试",
    "不面了",
    "我不来了",
    "不想去了",
    "身体不舒服，参加不了面试了",
    "家里有急事，没法参加明天的面试",
    "好的，那取消吧",
    "收到，不过我来不了了",
    "能帮我取消明天的面试吗",
    "麻烦取消",
    "我住院了，面试去不成了",
    "Sorry, I have to cancel",
    "please cancel my interview",
    "航班取消了，我来不了了",
    "取消!!!",
    "我确定取消",
    "确认取消",
    "那就取消吧",
    "我来不了了，怎么取消？",
    "没时间参加面试",
    "我拿到别的offer了，取消吧",
    "因为生病了，申请取消明天下午三点的面试",
    "我需要取消周三的面试",
    "对不起我去不了了",
    "不参加",
    "明天的面试我不参加了",
    "退出面试",
    "已找到工作，不考虑了",
    "如果可以的话，请帮我取消",
    "qx",
    "您好，我明天的面试想取消，谢谢",
    "老师您好，我这边临时有事，明天下午的面试可能没办法参加了，麻烦帮我取消一下",
    "我已经入职了，面试就不去了",
    "今天去不了了，在医院",
    "面试我就不参加了，谢谢",
    "给我取消了吧",
    "把我的面试取消掉",
    "不好意思，面试我不去了",
    "这次面试我放弃",
    "我放弃",
    "孩子发烧了，明天去不了了，不好意思",
    "抱歉来不了",
    "来不了",
    "明天没法去面试了",
    "不能参加明天的面试了",
    "我不能去了",
    "实在抱歉，我无法参加面试",
    "明天公司加班，去不了面试了",
    "不面试了",
    "我不想面了",
    "取消预约",
    "取消面试吧",
    "取消明天的面试",
    "取消，我有别的安排",
    "取消。",
    "预约取消",
    "面试取消吧",
    "取消谢谢",
    "行程冲突，取消",
    "我想取消预约可以吗",
    "时间冲突了，参加不了",
    "明天下午3点的面试我去不了了",
    "Cancel please",
    "I want to cancel my interview",
    "I won't be able to attend",
    "can't come tomorrow, sick",
    "不考虑贵公司了，谢谢",
    "婉拒",
    "麻煩幫我取消明天的面試，謝謝",
    "我不去面试了",
    "去不了了，不用等我",
    "我要放弃这次面试机会",
    "很抱歉，我明天不能来面试了",
    "算了，取消吧",
    "算了不面了",
    "我明天来不了，请取消",
    "麻烦把我明天下午3点的面试取消，谢谢",
    "因个人原因取消面试",
    "由于行程冲突，我需要取消本次面试",
    "抱歉我不能参加了，祝好",
    "我不打算来了",
    "不来面试了",
    "面试去不了",
    "临时有事去不了，抱歉",
    "我决定放弃这次机会",
    "决定不去了",
    "还是取消吧",
    "我还是不去了",
    "那我不参加了",
    "我来不了面试了",
    "今天的面试来不了了，昨晚发烧",
    "已经接受其他offer，取消面试",
    "明天来不了了！！！",
    "明天来不了了🙏",
    "去不了 抱歉",
    "取消 谢谢",
    "好 取消",
    "嗯 不去了",
    "我确定不来了",
    "确定取消",
    "对，取消",
    "是的，取消",
    "面试推掉吧",
    "麻烦您帮忙取消一下预约",
    "我这边需要取消一下",
    "无法到场",
    "没办法过去了",
    "过不去了",
    "过不来了",
    "到不了了",
    "不方便参加了",
    "不能去面试了，不好意思",
    "我不去面试",
    "面试我不来了哈",
    "明天有考试，参加不了面试",
    "我要退出",
    "恕不能参加",
    "已找到更合适的工作，面试不参加了",
    "I am not able to attend",
    "I need to cancel",
    "sorry cant make it",
    "Unfortunately I will not be able to come",
]

KEEP = [
    "不取消",
    "别取消",
    "不用取消",
    "please don't cancel",
    "我不取消，会准时参加",
    "没说要取消",
    "先不取消",
    "我没有要取消面试",
    "刚才发错了，不取消",
    "照常参加",
    "不会不来的",
    "别给我取消啊",
    "取消？不，我会参加",
    "不要取消我的面试",
    "不想取消",
    "我不想取消面试",
    "请不要取消",
    "千万别取消",
    "没有取消的打算",
    "我没有说不来",
    "我还是会来的",
    "不取消了，我会参加",
    "我什么时候说要取消了",
    "保留面试",
    "按原计划",
    "暂时不取消",
    "I don't want to cancel",
    "不用改了，按原时间",
    "取消是误操作，请保留我的面试",
    "我没取消啊",
    "别取消别取消",
    "不是要取消",
    "我不是来取消的，我会参加",
    "请保留我的面试资格",
    "能参加，别取消",
    "没有不去",
    "我要来的，不要取消",
    "Do not cancel",
]

QUESTION = [
    "转人工",
    "客服",
    "有人吗",
    "我的面试",
    "我的预约",
    "面试取消了吗？",
    "是不是取消了？",
    "能不能取消",
    "可以取消吗",
    "怎么取消",
    "面试几点开始",
    "面试链接打不开",
    "取消会扣钱吗",
    "取消后还能再约吗？",
    "需要准备什么",
    "面试在哪里进行？",
    "is it cancelled?",
    "可以不来吗",
    "为什么取消我的面试",
    "我的面试还在吗",
    "面试被取消了吗",
    "我的面试取消了？",
    "为什么取消了",
    "请问面试是取消了吗",
    "取消了么",
    "取消面试有什么影响",
    "我可以取消面试吗？",
    "如果不去会怎么样？",
    "来不了怎么办",
    "迟到了怎么办",
    "面试多长时间",
    "可以线上面试吗",
    "你们公司在哪",
    "是AI面试吗",
    "面试要开摄像头吗？",
    "can I cancel?",
    "what time is the interview?",
    "面试还有效吗",
    "取消了没有",
    "请问怎么取消面试",
    "在哪里取消",
    "面试是视频还是现场",
    "要带什么材料",
    "面试官是谁",
    "今天的面试取消了吗",
    "可不可以取消",
    "不去会影响以后吗",
    "我能取消吗",
    "万一去不了呢",
]

RESCHEDULE = [
    "可以改周五上午吗",
    "改到周五",
    "取消吧，改周五行吗",
    "could we reschedule to Friday",
    "能换个时间吗",
    "明天来不了，后天可以",
    "周五上午行吗",
    "改天吧",
    "想把面试改到下周三下午两点",
    "推迟到下周",
    "能不能推迟半小时",
    "明天有事，能不能改到后天",
    "周三下午改到周五上午可以吗",
    "我只有周五有空",
    "下周三下午3点可以吗？",
    "换到下午吧",
    "不取消，改到周五",
    "如果可以的话想改到周五",
    "提前一小时行吗",
    "还能改期吗",
    "可以改期吗",
    "想改个时间",
    "改期",
    "时间能调整吗",
    "明天下午三点可以吗",
    "能改到周五下午三点吗",
    "可以提前到明天上午吗",
    "我周三没空，周四行吗",
    "周四可以吗，周三有课",
    "明天去不了，能换一天吗",
    "明天来不了，改周五行吗",
    "后天行不行",
    "改25号下午",
    "换成下周一上午10点",
    "Can we move it to Monday 3pm?",
    "重新预约",
    "面试能延期吗",
    "能推到下周吗",
    "可以改到下午吗",
    "請問可以改到週五嗎",
    "不是取消，是想改时间",
    "别取消，帮我改到周五",
    "改到周五，不行就取消",
    "可以改时间吗",
    "周五上午有时间吗",
    "我想换到后天",
    "约周五吧",
    "能不能晚两天",
    "能晚一天吗",
    "明天没空，后天吧",
    "时间改一下，25号下午三点",
    "改下周三",
    "麻烦改一下时间",
    "可以往后推一天吗",
    "下午三点改成四点",
    "想延期到下周",
    "不想取消，想改期",
    "来不了了，能改期吗",
    "本来想取消的，还是改到周五吧",
    "取消或者改期都行",
]

LATE = [
    "会晚到十分钟",
    "堵车了，可能迟到十分钟",
    "我晚点到",
    "要晚到半小时",
    "running 10 minutes late",
    "稍等，马上到",
    "可能会迟到几分钟",
    "我要迟到了",
    "路上堵车，晚十分钟到",
    "可能晚到5分钟",
    "晚到一会儿",
    "我会晚10分钟",
    "不好意思要晚半小时",
    "我要晚一点",
    "晚到十五分钟可以吗",
    "大概迟到10分钟",
    "地铁故障，会晚点",
]

CONFIRM = [
    "好的我会准时参加",
    "收到",
    "好的",
    "ok",
    "OK👌",
    "没问题",
    "我会来的",
    "确认参加",
    "明天准时到",
    "嗯嗯",
    "收到，谢谢",
    "好的，谢谢老师",
    "不会迟到",
    "出差取消了，我可以参加",
    "👍",
    "I'll be there",
    "好",
    "好的，明天见",
    "收到，准时参加",
    "我会按时参加的",
    "可以参加",
    "可以",
    "行",
    "确认",
    "能来",
    "一定到",
    "yes",
    "知道了",
    "收到收到",
    "好的呢",
    "明天下午三点，没问题",
    "参加",
    "会参加",
    "我会准时到",
    "收到！明天准时参加面试",
    "好的，没有问题",
    "明天见",
    "准时到",
    "我能来",
    "好的我知道了",
    "确认，谢谢",
    "会议取消了，我能参加",
]

UNCLEAR = [
    "我知道取消了",
    "已经取消了吧",
    "我知道面试取消了",
    "退订",
    "你好",
    "如果发烧就取消",
    "可能来不了了",
    "我再考虑一下取消",
    "恐怕去不了",
    "来不及了",
    "算了",
    "我朋友来不了了",
    "面试取消了",
    "",
    "哈哈哈",
    "要是明天下雨就不去了",
    "我发烧了",
    "取消提醒",
    "TD",
    "不是不取消",
    "今天天气不错",
    "你们取消了我的面试",
    "考虑取消",
    "我已经找到工作了",
    "不去不行",
    "去不去都行",
    "嗯？",
    "谢谢",
    "再说吧",
    "看情况吧",
    "应该去不了",
    "不一定能来",
    "取消还是改期呢",
    "差点取消了",
    "公司取消了",
    "如果明天还发烧就来不了",
    "昨天取消了",
    "我已经取消了",
    "之前想取消来着",
    "别再发了",
    "取消订阅",
    "我老公说去不了",
    "123",
    "......",
    "😭😭",
    "家里有事",
    "明天要出差",
    "我再想想",
    "拒绝",
    "他来不了了",
    "取消不取消都行",
    "不知道要不要取消",
    "周五下午方便",
    "也许不来",
    "看看吧",
    "有点不想去",
    "我同学来不了",
    "不确定能不能去",
    "面试已取消",
    "如果不能改时间就取消",
    "能来就来",
    "心情不好",
    "我在开会",
    "发错了",
    "打错了",
    "生病了",
    "估计去不了",
    "去吧",
]


def intent_of(text: str) -> Intent:
    return read_reply(text, NOW).intent


@pytest.mark.parametrize("text", CANCEL)
def test_a_plain_cancellation_is_not_missed(text: str) -> None:
    assert intent_of(text) is Intent.CANCEL


@pytest.mark.parametrize("text", KEEP)
def test_whoever_stays_is_kept(text: str) -> None:
    assert intent_of(text) is Intent.KEEP


@pytest.mark.parametrize("text", QUESTION)
def test_a_question_is_no_order(text: str) -> None:
    assert intent_of(text) is Intent.QUESTION


@pytest.mark.parametrize("text", RESCHEDULE)
def test_another_time_is_a_reschedule(text: str) -> None:
    assert intent_of(text) is Intent.RESCHEDULE


@pytest.mark.parametrize("text", LATE)
def test_being_late_is_not_cancelling(text: str) -> None:
    assert intent_of(text) is Intent.LATE


@pytest.mark.parametrize("text", CONFIRM)
def test_a_promise_to_come_confirms(text: str) -> None:
    assert intent_of(text) is Intent.CONFIRM


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_in_doubt_is_asked(text: str) -> None:
    reply = read_reply(text, NOW)
    assert (reply.intent, reply.ask) == (Intent.UNCLEAR, True)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("明天来不了了", "11-24 00:00", "11-25 00:00"),
        ("可以改周五上午吗", "11-27 06:00", "11-27 12:00"),
        ("周三下午改到周五上午可以吗", "11-27 06:00", "11-27 12:00"),
        ("明天来不了，改周五行吗", "11-27 00:00", "11-28 00:00"),
        ("明天来不了，后天可以", "11-25 00:00", "11-26 00:00"),
        ("周四可以吗，周三有课", "11-26 00:00", "11-27 00:00"),
        ("想把面试改到下周三下午两点", "12-02 14:00", "12-02 14:00"),
        ("别取消，帮我改到周五", "11-27 00:00", "11-28 00:00"),
        ("Can we move it to Monday 3pm?", "11-23 15:00", "11-23 15:00"),
    ],
)
def test_the_time_meant_is_the_one_wished_for(text: str, start: str, end: str) -> None:
    when = read_reply(text, NOW).when
    assert when is not None
    assert (f"{when.start:%m-%d %H:%M}", f"{when.end:%m-%d %H:%M}") == (start, end)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("发烧了去不了", Reason.ILLNESS),
        ("抱歉，我已经接了别家的offer，不参加了", Reason.OTHER_OFFER),
        ("明天临时要出差，来不了了", Reason.CONFLICT),
        ("链接打不开", Reason.WRONG_LINK),
        ("家里有急事，没法参加明天的面试", Reason.CONFLICT),
        ("取消", None),
    ],
)
def test_the_reason_given_is_kept(text: str, reason: Reason | None) -> None:
    assert read_reply(text, NOW).reason is reason


@pytest.mark.parametrize(
    "text", ["改期", "改天吧", "能换个时间吗", "明天来不了，后天可以", "取消吧，改周五行吗", "改到下周末"]
)
def test_a_reschedule_that_leaves_something_open_is_asked(text: str) -> None:
    assert read_reply(text, NOW).ask


@pytest.mark.parametrize("text", ["改到周五", "可以改周五上午吗", "取消", "来不了了", "不取消", "收到", "会晚到十分钟"])
def test_what_is_plain_is_not_asked_again(text: str) -> None:
    assert not read_reply(text, NOW).ask


@pytest.mark.parametrize("text", ["qx", "quxiao", "去消", "cancle"])
def test_a_slip_of_the_finger_is_understood_but_asked(text: str) -> None:
    reply = read_reply(text, NOW)
    assert (reply.intent, reply.ask) == (Intent.CANCEL, True)


DOUBTS = ["可能{}", "如果下雨就{}", "万一发烧就{}", "{}吗？", "是不是{}？", "我朋友说{}", "为什么{}"]


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("said", ["取消", "取消面试", "来不了了", "不参加了", "去不了"])
def test_no_doubt_ever_cancels(doubt: str, said: str) -> None:
    assert intent_of(doubt.format(said)) in (Intent.UNCLEAR, Intent.QUESTION)


@pytest.mark.parametrize("no", ["不", "别", "不要", "不用", "不想", "没有要", "先不", "请不要", "千万别", "无需"])
@pytest.mark.parametrize("said", ["{}取消", "{}取消面试", "明天的面试{}取消", "老师，{}取消我的预约"])
def test_no_negated_cancellation_ever_cancels(no: str, said: str) -> None:
    assert intent_of(said.format(no)) is Intent.KEEP
