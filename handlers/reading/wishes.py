"""Which verb a sentence means: at the start, as a word of its own, or inside 把张伟的面试取消掉."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.reading.numerals import DIGIT, number
from handlers.reading.people import looks_like_name
from handlers.reading.surnames import RARELY
from handlers.reading.verbs import Verb, is_everyday, verb_at_start, verb_of

NAMED: Final = frozenset(
    {
        Verb.COMMENT,
        Verb.SAVE_QUERY,
        Verb.DELETE_QUERY,
        Verb.SHOW,
        Verb.HOLD,
        Verb.RELEASE_HOLD,
        Verb.RETENTION,
        Verb.CERTIFICATE,
        Verb.INTEGRITY,
        Verb.CHECKUP,
        Verb.PACE,
        Verb.BRIEF,
        Verb.EXPORT_LOG,
        Verb.BIND_CODE,
        Verb.CODE,
        Verb.RESET_CODE,
        Verb.BIND_PASSKEY,
        Verb.REVOKE_PASSKEY,
        Verb.RESET_PASSKEY,
    }
)
"""Verbs behind which words of their own stand, a name, a unit, a reason or a code: nothing in them is a command."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A verb, where it stands, and what about it has to be asked."""

    verb: Verb
    spans: tuple[tuple[int, int], ...] = ()
    problems: tuple[str, ...] = ()
    picks: tuple[int, ...] = ()


_POLITE: Final = re.compile(
    r"/|@\S{1,20}\s|[\s,.!~]+|你好|您好|hi\b|hello\b|请问|请|麻烦|劳驾|辛苦|帮忙|帮我|帮|给我|我要"
    r"|我想要|我想|我需要|需要|能不能|能否|可不可以|可以|能|就|那|先|再|你|您|守约|机器人|小约"
    r"|please\b"
)
_CHOICE: Final = re.compile(
    rf"(?:我?选择?|就|要)?\s?(?:第\s?)?(?P<n>[0-9]{{1,3}}|十?{DIGIT})\s?(?:个|条|位|号|项)?(?:吧"
    rf"|的)?[.!]?"
)
_CHOICES: Final = re.compile(r"(?:选择?\s?)?[0-9]{1,2}(?:[\s,]{1,3}[0-9]{1,2}){0,19}")
_DROP: Final = re.compile(
    r"(?:那)?(?:还是)?(?:算了吧?|返回|退出|不弄了|没事了?|先?不取消了|先?不取消|别取消了?|不用取消了?"
    r"|不改了|不用了|取消操作|drop|back)[.!~]?"
)
_NOT: Final = re.compile(
    r"(?:不|别|勿|莫|没|未|无需|不要|不用|不必|不想|不能|先别|先不|禁止|不会|没有|并非|不是)(?:要|再"
    r"|给|把|说|去|让|急着|打算){0,2}[^\s,.;!]{0,8}?(?:取消|撤|改期)"
)
_ALREADY: Final = re.compile(
    r"(?:已经?|被|早就|刚刚?|才|(?:昨天|前天|上周|之前|以前"
    r"|上次)[^,.;]{0,10}?)(?:[^\s,.;]{0,6}?)(?:取消|撤|改期)"
)
_WAS_IT: Final = re.compile(
    r"取消(?:成功|掉)?(?:了|过)?(?:吗|么|没有?|了没|没$|了?不)|是否(?:已经?)?取消"
    r"|是不是(?:已经?)?取消|取消(?:了)?没|谁取消|为什么取消|取消了\?|取消了几"
    r"|取消[^\s,.;!?]{1,14}了(?:吗|么|没有?)"
)
_DONE_YET: Final = re.compile(
    r"(?:(?:撤回|撤销|提交|同意|批准|通过|驳回|退回|催办|转交)(?:[^\s,.;!?]{0,14}?)(?:了|过)?(?:吗|么|了没有?|没有?)"
    r"|谁(?:撤回|撤销|提交|同意|批准|驳回|退回)了?的?|为什么(?:被)?(?:撤回|撤销|驳回|退回))\??"
)
_LATER: Final = re.compile(
    r"(?:提醒|记得|别忘|等一?会儿?|待会儿?|过一?会儿?|晚点|晚些|回头)[^,.;!]{0,14}(?:取消|撤|改期)"
)
_CROSSED: Final = re.compile(r"取消(?:一下|掉|了)?(?:刚才的?|上次的?)?(?:撤销|撤回|撤消)|取消(?:错了?|错人了?)[!.]?")
_CROSSED_OUT: Final = "要收回刚才的取消，请发「撤销」；要取消一场面试，请发「取消 姓名」。"
_HOW: Final = re.compile(
    r"(?:怎么|在哪里?|如何|哪里|咋|怎样)(?:能|可以|才能|操作|去)?(?:批量)?(?:取消|撤|改期|约|用)"
    r"|(?:取消|改期)[^,.;]{0,6}(?:怎么弄|怎么操作|在哪里?|入口|流程是|怎么办理)"
)
_OTHER_THINGS: Final = re.compile(
    r"订单|会议|会议室|外卖|航班|机票|车票|高铁票|快递|酒店|聚餐|团建|发布会|合同|订阅|关注|周会|例会"
    r"|早会|晚会|站会|培训|直播|活动|出差|加班|年假|请假|"
    r"休假|闹钟|提醒|日程会|天气|歌|电影|翻译|股票|新闻|快餐|置顶|收藏|点赞|楼上|你的看法|这个观点"
    r"|报销|打车|网约车|音乐|年会|群公告"
)
_CANCEL: Final = re.compile(r"批量取消|全部取消|都取消|登记电话取消|取消掉?|撤掉|撤了|不面试?了|cancel")
_MOVE: Final = re.compile(
    r"改期|改到|改约|改为|改成|改至|挪到|推到|换到|推迟到?|延期到?|延后到?|提前到|调到|调整到|改时间"
    r"|重新安排|reschedule"
)
_BARE: Final = re.compile(r"[^\s]{0,12}?(?:面试|预约)?取消了$")


def find_verb(said: str) -> Wish | None:
    """Find what a plain text asks for; None where it asks nothing of us."""
    if _DROP.fullmatch(said):
        return Wish(Verb.DROP)
    if choice := _choice(said):
        return choice
    if (first := verb_at_start(said)) and first[0] in NAMED:
        return Wish(first[0], ((0, first[1]),))
    if _CROSSED.fullmatch(said):
        return Wish(Verb.UNDO, ((0, len(said)),), (_CROSSED_OUT,))
    if asked := _DONE_YET.match(said) if not said.startswith("/") else None:
        return Wish(Verb.TIMELINE, (asked.span(),))
    if _HOW.search(said):
        match = _HOW.search(said)
        return Wish(Verb.HELP, (match.span(),) if match else ())
    if _OTHER_THINGS.search(said) and not re.search("面试|预约", said) and not said.startswith("/"):
        return _despite_other_things(said)
    return _plain_verb(said)


def _despite_other_things(said: str) -> Wish | None:
    """Let 取消 张伟 原因 出差 through: the other thing is the reason, a name stands beside the verb."""
    wish = _plain_verb(said)
    if wish is None or not wish.spans:
        return None
    if _embedded(said):
        return wish
    named = any(looks_like_name(word) for word in re.split(r"[\s,]+", said))
    return wish if named or re.search(r"原因|理由|因为|[yq][0-9]{3}|岗位|附言", said) else None


_FREE: Final = (
    (Verb.TODO, re.compile(r"(?:待我?审批|(?:要|等|需要)我审?批)")),
    (
        Verb.LIST,
        re.compile(
            r"(?:有|都有|还有)(?:哪些|几个|几场|几位|多少|谁|什么)(?:人)?(?:要|来)?(?:的)?(?:ai)?(?:面试"
            r"|预约)|面试(?:安排|列表|清单|日程)|哪些人?(?:来|要)?面试"
        ),
    ),
)
"""Questions that ask to see something, in whatever words."""


_EMBEDDED: Final = (
    (Verb.APPROVE, re.compile(r"(?:全部|全都|都)(?P<verb>同意|批准|通过)(?:吧|了吧)?[.!]?$")),
    (Verb.HAND_OVER, re.compile(r"[把将]\s?(?:[0-9]{1,2}[\s,和与]{1,3}){0,9}[0-9q][^,;]{0,20}?(?P<verb>转交给?|转给)")),
    (Verb.ADD, re.compile(r"[把将]\s?(?:[0-9]{1,2}[\s,和与]{1,3}){0,9}[0-9q][^,;]{0,20}?(?P<verb>加签给?)")),
    (Verb.REJECT, re.compile(r"[把将]\s?(?:[0-9]{1,2}[\s,和与]{1,3}){0,9}[0-9q][^,;]{0,20}?(?P<verb>驳回|拒绝)")),
    (Verb.SEND_BACK, re.compile(r"[把将]\s?(?:[0-9]{1,2}[\s,和与]{1,3}){0,9}[0-9q][^,;]{0,20}?(?P<verb>退回|打回)")),
    (Verb.ADD, re.compile(r"(?:请|让|找|叫)[\u4e00-\u9fff]{2,4}?(?P<verb>[前后并]?加签)(?=.*[0-9])")),
    (Verb.ADD, re.compile(r"在我(?:之|以)?[前后](?:面|边)?(?P<verb>加签)")),
    (Verb.SEND_BACK, re.compile(r"^q[0-9-]{10,24}\s?(?P<verb>退回|打回)")),
    (Verb.DELEGATE, re.compile(r"(?P<verb>审批权?限?(?:都|先)?委托给?)")),
)
"""Verbs behind what they are about, where a number or 全部 shows that a list of ours is meant."""


def _embedded(said: str) -> Wish | None:
    for verb, pattern in _EMBEDDED:
        if match := pattern.search(said):
            return Wish(verb, (match.span("verb"),))
    return None


def _free_question(said: str) -> Wish | None:
    for verb, pattern in _FREE:
        if match := pattern.search(said):
            return Wish(verb, (match.span(),))
    return None


def _plain_verb(said: str) -> Wish | None:
    start = _after_courtesy(said)
    if _WAS_IT.search(said):
        match = _WAS_IT.search(said)
        return Wish(Verb.FIND, (match.span(),) if match else ())
    if _LATER.search(said):
        return None
    if _NOT.search(said) and not re.match(r"不(?:同意|批)", said[start:]):
        return None
    found = verb_at_start(said[start:])
    if found and found[0] is Verb.FIND and (listed := _free_question(said)):
        return Wish(listed.verb, ((0, start + found[1]), *listed.spans))
    if found and _is_meant(said[start:], found[1], said.startswith("/")):
        return _at_start(said, start, *found)
    return _embedded(said) or _own_word(said, start) or _inside(said, start) or _free_question(said)


def _at_start(said: str, start: int, verb: Verb, length: int) -> Wish:
    spans: tuple[tuple[int, int], ...] = ((0, start + length),)
    if verb is Verb.CONFIRM_BATCH and not re.search(
        r"^\D{0,3}[0-9]{1,5}\s?(?:个|位|条|人|场)?$", said[start + length :]
    ):
        verb = Verb.CANCEL if said[start + length :].strip() else verb
        spans = ((0, start), (start + 2, start + 4)) if verb is Verb.CANCEL else spans
    return Wish(verb, spans)


def _is_meant(said: str, length: int, slash: bool) -> bool:
    """Ask of everyday words that something a command has follows: nothing, a space, a number, or a name."""
    after = said[length:]
    if slash or not after or not is_everyday(said, length):
        return True
    if re.match(r"[\s0-9yq:,第全上]", after):
        return True
    if said[:length] in _BACK and _BACK_TO.match(after):
        return True
    if after[0] in RARELY:
        return False
    return any(looks_like_name(after[:size]) for size in (2, 3, 4))


_BACK: Final = ("退回", "打回")
_BACK_TO: Final = re.compile("到|至|给|用人|分管|发起人|申请人|hr|前一")
"""What stands right behind 退回 where it says to which level."""


def _after_courtesy(said: str) -> int:
    at = 0
    for _ in range(12):
        match = _POLITE.match(said, at)
        if not match or verb_at_start(said[at:]):
            break
        at = match.end()
    return at


def _choice(said: str) -> Wish | None:
    one = _CHOICE.fullmatch(said)
    if one:
        return Wish(Verb.CHOOSE, picks=(number(one["n"]),))
    if _CHOICES.fullmatch(said):
        return Wish(Verb.CHOOSE, picks=tuple(int(digits) for digits in re.findall(r"[0-9]{1,2}", said)))
    return None


def _own_word(said: str, start: int) -> Wish | None:
    """Find a verb that stands as a word of its own behind what it is about: 张伟 明天下午三点 取消."""
    for word in re.finditer(r"[^\s,.;!]+", said[start:]):
        verb = verb_of(word[0]) if len(word[0]) > 1 else None
        if verb and verb is not Verb.CHOOSE and _ALREADY.search(said) is None:
            return Wish(verb, ((start + word.start(), start + word.end()),))
    return None


def _inside(said: str, start: int) -> Wish | None:
    """Find 取消 and 改到 inside a sentence about an interview or a person."""
    if _ALREADY.search(said):
        return None
    cancel, move = _CANCEL.search(said), _MOVE.search(said)
    match = move or cancel
    if not match or not _about_someone(said, match):
        return None
    verb = Verb.RESCHEDULE if move else _CANCELLING.get(match[0], Verb.CANCEL)
    spans = () if move and match[0][-1] in "到为成至" else (match.span(),)
    unsure = (
        verb is Verb.CANCEL
        and _BARE.fullmatch(said) is not None
        and "把" not in said
        and not re.match("请|麻烦|帮", said)
    )
    if cancel and move:
        return Wish(verb, (cancel.span(),), ("是取消还是改期？",))
    asked = said.endswith(("?", "吗", "么")) and not re.match("请|麻烦|帮|能|可以", said)
    return Wish(verb, spans, ("是要取消这场面试吗？",) if unsure or asked else ())


_CANCELLING: Final = {
    "批量取消": Verb.BATCH_CANCEL,
    "全部取消": Verb.BATCH_CANCEL,
    "都取消": Verb.BATCH_CANCEL,
    "登记电话取消": Verb.PHONE_CANCEL,
}


def _about_someone(said: str, match: re.Match[str]) -> bool:
    """Ask for a sign that an interview is meant: the word, a name in front, or 把."""
    before = said[: match.start()]
    if re.search(r"面试|预约|候选人|尾号|[yq][0-9]{3}|岗位|interview", said):
        return True
    head = re.sub(r"^[把将请麻烦帮我让]{0,4}", "", before.strip())
    return any(looks_like_name(head[:size]) for size in (2, 3, 4)) or any(
        looks_like_name(w) for w in re.split(r"[\s,的]+", said)
    )
