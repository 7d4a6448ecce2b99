"""One clause of a candidate's message, labelled with everything it says."""

import re
from dataclasses import dataclass
from enum import Flag, auto
from typing import Final


class Says(Flag):
    """What a clause says; several at once are common, and combining them is the reader's work."""

    NOTHING = 0
    CANCEL = auto()  # 取消吧
    CANNOT = auto()  # 来不了了: firmer than the word 取消, it leaves nothing to ask
    KEEP = auto()  # 不取消
    MOVE = auto()  # 改到周五
    LATE = auto()  # 会晚到
    CONFIRM = auto()  # 我会准时参加
    NOD = auto()  # 好的: polite, decides nothing beside something firm
    ASKS = auto()  # 吗, ?
    MAYBE = auto()  # 可能, 如果
    DOUBT = auto()  # 取消, but not plainly the candidate's wish
    FREE = auto()  # 周五有空
    STOP = auto()  # 退订


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause and what it says."""

    text: str
    says: Says


_CUT: Final = re.compile(
    r"[,.;!\n]+|\s{2,}|(?<=\?)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff])(?=但是?|不过|可是|所以|然后|因此)"
)
_NEGATED_CANCEL: Final = re.compile(
    r"(?:不|别|勿|莫|没|未|没有|并非|不是|不会|无需|never |not |n't |no need to )(?:要|用|必|想|能|会|来"
    r"|打算|可以|需要?|是|再|说|让|给|准备|考虑|该|应该|曾|急着|同意|希望|我|你们?|把|将|面试|预约"
    r"|the|my|interview|to|it|please|want|wish|mean|plan|like|have| ){0,6}(?:取消|取销|cancel|撤)"
    r"|(?:取消|取销)不(?:了|得|要)?$|(?:撤回|收回|撤销)(?:刚才|之前)?的?取消|(?:谁|什么时候|哪里?"
    r"|几时)说(?:我|过|要|了|想){0,3}(?:取消|不来|不去)"
    r"|取消错|取消.{0,4}(?:误操作|误点|误触|点错|按错|手滑|手误|发错)|(?:误操作|误点|误触|点错|按错|手滑"
    r"|手误)(?:了|成){0,2}取消"
)
_NEGATED_MOVE: Final = re.compile(
    r"(?:不|别|没|无需)(?:要|用|想|必|能|需要?|再)?(?:改|换|推迟|延期|调整)(?:期|时间|约|了|$)"
)
_A_NOT_A: Final = re.compile(r"(是|能|要|会|该|用|行|想|可|需)不\1(?:以|要|该)?|可不可以")
_DOUBLE: Final = re.compile(
    r"(?:不会|没有|不可能|没说|没想|不能|绝不|不是(?:我)?(?:要|说)?|没打算|不打算|不想|没)(?:要|说"
    r"|想)?(?:不来|不去|不参加|不面|缺席|放弃|爽约)(?!了?不)"
)
_NOT_THAT: Final = re.compile(r"^(?:并)?不是(?:我)?(?:不想|不愿|故意)")
_KEEPS: Final = re.compile(
    r"照常|照旧|按(?:原|既)?(?:定|来|计划|原?时间)|继续(?:面试|参加|保留)|保留(?:我的)?(?:面试|预约)"
    r"|还(?:是)?(?:会)?(?:来|去|参加|面)(?!不)(?:的|吧|$)|仍然?(?:会)?(?:来|去|参加)|时间不变"
    r"|保持不变|维持原|(?:还|又|仍然?|依然)(?:是|还)?(?:想|能|可以|愿意)(?:来|参加|面试)(?!不|别的|其他|另)"
    r"|恢复(?:我的|这场)?(?:面试|预约)|keep (?:it|the|my)|still (?:come|coming|attend)"
)
_CANNOT: Final = re.compile(
    r"(?:来|去|到|参加|面|面试|赴约|出席)不(?:了|成)(?!解)|不(?:能|可以|便|方便|克)(?:按时|准时|如期"
    r"|再|去|前|前来)?(?:来|去|参加|出席|面试|赴约|到场)"
    r"|(?:没法|无法|没办法|没空|没时间|没有时间|未能|沒法)(?:再|按时|准时|如期|去|来|前来|前往)?(?:来"
    r"|去|过去|过来|参加|出席|面试|赴约|到场|前往|面)|(?:过去|过来)不了|过不[去来]了?"
    r"|不(?:打算|准备|考虑|想|愿意?|会|再)?(?:再)?(?:来|去|参加|出席|面试|面|去面试|来面试"
    r"|参加面试)了?(?:面试|这次面试|了)?(?:吧|哈|啊|啦|谢谢)?$|不(?:来|去|参加|面|面试|考虑)了(?!解)"
    r"|(?:放弃|退出|婉拒|谢绝|推掉|辞掉)(?:了|掉)?(?:这次|本次|此次|这个|该|贵司"
    r"|你们)?的?(?:ai)?(?:面试|机会|应聘|流程|岗位|职位|招聘|预约)?|不考虑(?:贵司|这个|你们|该"
    r"|贵公司)|另谋高就|去不成|来不成|不面试?了"
    r"|(?:can ?not|can'?t|cannot|unable to|won'?t be able to|not able to|couldn'?t|could not"
    r"|not going to|won'?t|will not) (?:be able to )?(?:make|attend|come|join|be there|go"
    r"|do the interview|participate)|not coming|withdraw (?:my|from)|drop out"
)
_CANCELS: Final = re.compile(r"取消|取销|撤掉|撤销预约|cancel")
_TYPOS: Final = re.compile(
    r"(?<![a-z])(?:qx|quxiao|cancle|cansel|cancell|canel)(?![a-z])|去消|曲消|取肖|取笑面试|取悄|趋消"
    r"|区消|取削"
)
_FOREIGN: Final = re.compile(
    r"(?:出差|会议?|例会|周会|航班|火车|高铁|飞机|课程?|考试|活动|婚礼|聚会|约会|旅行|旅游|订单|快递"
    r"|酒店|别的面试|别家的?面试|另一家的?面试|其他面试|计划|安排)(?:[^,]{0,3})(?:被|已经|已)?(?:取消"
    r"|cancel)"
    r"|取消(?:了|掉)?(?:别的|别家|其他|另一|订阅|关注|提醒|通知|短信|推送|订单|闹钟|会议|出差|行程|航班|机票|车票|酒店"
    r"|免打扰|静音|活动|聚会|自动)"
)
_OTHERS: Final = re.compile(
    r"(?:他|她|朋友|同学|室友|同事|别人|你们|贵司|贵公司|公司|对方|面试官|hr|系统"
    r"|人事)(?:[^,我]{0,8})(?:取消|来不了|去不了|不来|不去|不参加|不面|参加不了)|(?:老公|老婆|爸爸?|妈妈?|男朋友"
    r"|女朋友|父母|家里人?)说"
)
_REPORTED: Final = re.compile(
    r"(?:知道|晓得|看到|收到|明白)(?:了)?[^,]{0,8}?取消(?:了|的)|(?:已经?|被|之前|昨天|刚才?|早就|上次|怎么就?|为什么|为何|听说|说是?)(?:[^,]{0,6})(?:取消)"
    r"|取消(?:的)?(?:政策|规则|流程|费用?|手续费|次数|记录|原因|后果|影响|方式|按钮|入口|链接|之后"
    r"|以后|后|过|的话|还是|或者?|或)|(?:同意|允许|支持|接受)取消$"
)
_FINISHED: Final = re.compile(
    r"^(?:我?的?(?:这|那)?(?:个|次|场)?(?:今天|明天|后天|下午|上午|周.|\s|[0-9:点])*的?(?:ai)?(?:面试"
    r"|预约)?(?:都)?|我)取消了[哦啊]?$"
)
_WISH: Final = re.compile(
    r"我(?:要|想|得|需要|希望|申请|打算|决定)|请|麻烦|帮|把|将|那就|就|只能|不得不|给我|吧|需要|申请"
    r"|要求|希望|想要?|决定"
)
_ASKS: Final = re.compile(
    r"\?|[吗么嘛](?:$|[,.!~])|(?:没有|没|呢|不)$(?<!不不)|是不是|是否|能不能|可不可以|可否|能否"
    r"|行不行|好不好|怎么|怎样|如何|为什么|为何|什么|哪|谁|几点|多久|多少|多长|会不会|要不要|有没有"
    r"|来得及不|还用|咋|是\S{1,8}还是"
    r"|^(?:can(?! ?no|'?t)|could(?!n)|is|are|do|does|did|will|would|may|should|what|when|where|how|why|who|am)\b"
)
_MAYBE: Final = re.compile(
    r"如果|要是|假如|万一|倘若|若(?!干)|的话|除非|可能|也许|大概|估计|说不定|恐怕|怕是|不一定|不确定"
    r"|没确定|看情况|有点|有些|不太|再看|待定|考虑(?:一下)?(?:取消|要不|是否)|想想|在考虑|犹豫|纠结|应该|好像|或许"
    r"|不知道|没想好|不清楚|取消不取消|取不取消|来不来|去不去|参不参加|差点|本来|原本|原来想|曾经?想"
    r"|\bif\b|maybe|might|perhaps|possibly|not sure|probably"
)
CONDITION: Final = re.compile(r"如果|要是|假如|万一|倘若|若(?!干)|的话|除非|\bif\b")
_UNDECIDED: Final = re.compile("不知道|没想好|拿不准|不确定|不一定")
_EITHER_WAY: Final = re.compile("取消不取消|取不取消|来不来|去不去|参不参加|不知道.{0,4}取消|没想好.{0,4}取消")
POLITE_IF: Final = re.compile(
    r"(?:如果|要是|若|假如)?(?:可以|方便|行|能|有可能|可能|允许|合适)的话|(?:如果|要是|若)(?:可以"
    r"|方便|行|允许|合适|有其他时间)|if possible|if you can|if it'?s ok"
)
_MOVES: Final = re.compile(
    r"改(?:到|为|成|在|至|期|约|天|个|一下|下|时间|日期"
    r"|(?=[今明后下周星礼0-9一二三四五六七八九十上早晚大]))|换(?:到|成|个?时间|个?日子|一?天|一个"
    r"|一下|期|(?=[明后下周]))|推迟|延后|延期|延迟|顺延|往后(?:推|延|挪|移)|往前(?:推|提|挪)|推后"
    r"|后延|挪(?:到|一下|个|至|(?=[明后下周]))"
    r"|(?:时间|日期)(?:可以|可不可以|能不能|能否|能)?(?:改|调整?|换|变)(?!了)|晚(?:[一两二三几1-9]个?|半)(?:天|周|星期)|约(?=[今明后下周星礼0-9])|推到|推一"
    r"|往后(?=[推延])|提前(?:到|一(?:点|下|些|天|小时|个小时)|半|[0-9一二两三四五]个?(?:小时|天)|面试"
    r"|面)|另约|另外约|再约|重新?(?:约|安排|预约|定)|调整?(?:到|一下|下)?(?:时间|日期|(?=[明后下周]))"
    r"|调到|调整到|调一下|改约|换时间|约到|约在?别|安排(?:到|在)|reschedul|postpone|another (?:time"
    r"|day)|move (?:it|the|my)|push (?:it|back)|different time|(?:change|switch) (?:it|the time|to)"
)
_THEN: Final = re.compile(
    r"(?:那|就|要不)?(?:下?(?:周|星期|礼拜)[一二三四五六日天]|[今明后]天|[0-9]{1,2}[号日])(?:上午|下午|晚上|中午)?"
    r"(?:[0-9一二三四五六七八九十]{1,3}点半?)?吧"
)
_LATE: Final = re.compile(
    r"迟到|晚到|晚点到|晚(?:来|去|进|一?点|一?些|一?会儿?|几|半"
    r"|[0-9一二两三四五六七八九十]+)(?:个)?(?:分|小时|刻|钟|点到|到|来|去|进|能|才|$|再|儿|些|一?会)?"
    r"|会晚|要晚|堵(?:车|在|着)|在路上|路上了|马上(?:就)?(?:到|来)|快到了|稍等"
    r"|(?<!用)(?<!别)(?<!必)等我|稍晚|be late|running late|minutes late|on my way|stuck in traffic"
)
_OTHERS_LATE: Final = re.compile(
    r"(?:面试官|考官|你们|对方|他们?|她们?)[^,我]{0,6}(?:迟到|晚到|晚了|没来|没到|不来|堵)"
)
_NOT_LATE: Final = re.compile(r"(?:不会|不能|不|绝不|没)(?:会)?(?:迟到|晚到|晚)")
_CONFIRMS: Final = re.compile(
    r"准时(?!.{0,4}不)|按时(?!.{0,4}不)|确认|一定(?:会)?(?:到|来|去|参加)|(?:会|能|可以|能够|将|要"
    r"|我)(?:准时|按时|如期|去|前来|来)?(?:参加|到场|出席|赴约|到|来|去|面试)(?:的|面试|$|!)|没问题"
    r"|没有问题|无误|参加面试$|^参加$|到时(?:候)?见|明天见|不见不散|期待|准备好了"
    r"|i'?ll be there|i will (?:be there|attend|come|join)|confirm|see you|looking forward"
    r"|i can (?:make it|attend|come)|i'?m coming"
)
_NODS: Final = re.compile(
    r"(?:我?(?:知道|明白|了解|清楚)|已?收到|收悉|可以|没毛病|谢谢|多谢|感谢|辛苦|通知|提醒|老师|你们"
    r"|okay|okk|ok|yes|yep|sure"
    r"|got it|fine|roger|noted|thanks|thank you|thank|hr"
    r"|[嗯恩好的滴嘞哒吧啊呀行可中是对了哦噢您你呢1]|\U0001f44c|\U0001f44d"
    r"|[~!。 \u2600-\u27bf\U0001f300-\U0001faff])++"
)
_FREES: Final = re.compile(
    r"(?:有空|有时间|方便|可以|都行|都可以|行$|ok|没事$|得空|能(?:来|去|行)?$|才(?:有|能|行)|比较好"
    r"|比较方便|合适)"
)
_STOPS: Final = re.compile(r"退订|^td$|^t$|unsubscribe|^stop$|拒收|别再发|不要再发|取消订阅|别给我发|别发了")


def clauses(said: str) -> list[Clause]:
    """Cut a plain text into clauses and label each."""
    parts = [part.strip() for part in _CUT.split(said)]
    return [Clause(part, _label(part)) for part in parts if part]


def _label(text: str) -> Says:
    says = _manner(text)
    says |= _stay_or_go(_A_NOT_A.sub("能否", text))
    if (_MOVES.search(text) or _THEN.fullmatch(text)) and not _NEGATED_MOVE.search(text):
        says |= Says.MOVE
    elif _NEGATED_MOVE.search(text) and not says & (Says.MAYBE | Says.CANCEL):
        says |= Says.KEEP
    if _is_late(text) and Says.MOVE not in says:
        says |= Says.LATE
    return says | _agreement(text, says)


def _is_late(text: str) -> bool:
    return bool(_LATE.search(text)) and not _NOT_LATE.search(text) and not _OTHERS_LATE.search(text)


def _manner(text: str) -> Says:
    says = Says.NOTHING
    if _ASKS.search(text) and not _NODS.fullmatch(text) and not _UNDECIDED.search(text):
        says |= Says.ASKS
    if _MAYBE.search(POLITE_IF.sub("", text)):
        says |= Says.MAYBE
    if _STOPS.search(text):
        says |= Says.STOP
    return says


def _stay_or_go(text: str) -> Says:
    """Tell 取消 from 不取消, from what was cancelled by others, and from what is cancelled that is no interview."""
    if _NOT_THAT.search(text):
        return Says.NOTHING
    if _EITHER_WAY.search(text):
        return Says.DOUBT
    if _NEGATED_CANCEL.search(text) or _DOUBLE.search(text):
        return _negated(text)
    if _STOPS.search(text):
        return Says.NOTHING
    if _CANNOT.search(text):
        return Says.DOUBT if _OTHERS.search(text) else Says.CANNOT
    if _CANCELS.search(text) or _TYPOS.search(text):
        return _cancels(text)
    return Says.KEEP if _KEEPS.search(text) else Says.NOTHING


def _negated(text: str) -> Says:
    if re.search(r"不得不取消", text):
        return Says.CANCEL
    return Says.DOUBT if re.search(r"不是不(?:能|想|要)?取消|不能不取消", text) else Says.KEEP


def _cancels(text: str) -> Says:
    if _FOREIGN.search(text):
        return Says.NOTHING
    if _OTHERS.search(text) or _REPORTED.search(text) or (_FINISHED.search(text) and not _WISH.search(text)):
        return Says.DOUBT
    return Says.CANCEL if not _TYPOS.search(text) or _CANCELS.search(text) else Says.CANCEL | Says.DOUBT


def _agreement(text: str, says: Says) -> Says:
    if says & (Says.CANCEL | Says.CANNOT | Says.KEEP | Says.MOVE | Says.DOUBT | Says.STOP):
        return Says.NOTHING
    if _NODS.fullmatch(text):
        return Says.NOD
    if _NOT_LATE.search(text):
        return Says.CONFIRM
    if _CONFIRMS.search(text) and not re.search(
        r"不(?:能|会|可以|方便)?(?:准时|按时|确认|一定)|没(?:有)?确认|(?:再|还没|未)确认", text
    ):
        return Says.CONFIRM
    return Says.FREE if _FREES.search(text) and not re.search(r"不(?:方便|可以|行)|没空|没时间", text) else Says.NOTHING
