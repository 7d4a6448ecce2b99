"""Why an interview is cancelled: the codes, who each one comes from, and the words people use for it."""

import re
from enum import StrEnum
from typing import Final

from handlers.reading.text import plain


class Origin(StrEnum):
    """Whose reason it is; only the candidate's own can ever count against the candidate."""

    CANDIDATE = "candidate"  # 候选人
    COMPANY = "company"  # 公司
    SYSTEM = "system"  # 系统
    OTHER = "other"  # 其他


class Reason(StrEnum):
    """A code of requirements S3–S5; the value is what is stored."""

    CONFLICT = "conflict"  # 行程冲突
    ILLNESS = "illness"  # 突发疾病
    OTHER_OFFER = "other_offer"  # 已接受其他 offer
    CANDIDATE_OTHER = "candidate_other"  # 候选人其他原因
    PLAN_CHANGED = "plan_changed"  # 招聘计划调整
    POSITION_PAUSED = "position_paused"  # 岗位暂停招聘
    INTERVIEWER_CONFLICT = "interviewer_conflict"  # 面试官时间冲突
    COMPANY_OTHER = "company_other"  # 公司其他原因
    WRONG_LINK = "wrong_link"  # 链接错误
    WRONG_TIME = "wrong_time"  # 时间设置有误
    OTHER = "other"  # 其他

    @property
    def label(self) -> str:
        """Name the reason in the words people read."""
        return _LABELS[self]

    @property
    def origin(self) -> Origin:
        """Tell whose reason it is."""
        return _ORIGINS[self]


_LABELS: Final = {
    Reason.CONFLICT: "行程冲突",
    Reason.ILLNESS: "突发疾病",
    Reason.OTHER_OFFER: "已接受其他 offer",
    Reason.CANDIDATE_OTHER: "候选人其他原因",
    Reason.PLAN_CHANGED: "招聘计划调整",
    Reason.POSITION_PAUSED: "岗位暂停招聘",
    Reason.INTERVIEWER_CONFLICT: "面试官时间冲突",
    Reason.COMPANY_OTHER: "公司其他原因",
    Reason.WRONG_LINK: "链接错误",
    Reason.WRONG_TIME: "时间设置有误",
    Reason.OTHER: "其他",
}

_ORIGINS: Final = {
    Reason.CONFLICT: Origin.CANDIDATE,
    Reason.ILLNESS: Origin.CANDIDATE,
    Reason.OTHER_OFFER: Origin.CANDIDATE,
    Reason.CANDIDATE_OTHER: Origin.CANDIDATE,
    Reason.PLAN_CHANGED: Origin.COMPANY,
    Reason.POSITION_PAUSED: Origin.COMPANY,
    Reason.INTERVIEWER_CONFLICT: Origin.COMPANY,
    Reason.COMPANY_OTHER: Origin.COMPANY,
    Reason.WRONG_LINK: Origin.SYSTEM,
    Reason.WRONG_TIME: Origin.SYSTEM,
    Reason.OTHER: Origin.OTHER,
}

# The first that matches wins: an interviewer who is ill is the company's reason, not the candidate's illness.
_WORDS: Final = (
    (
        Reason.INTERVIEWER_CONFLICT,
        r"(?:面试官|考官).{0,8}?(?:冲突|没空|没时间|出差|请假|生病|发烧|住院|有事|开会|临时|不在|来不了"
        r"|离职|撞)",
    ),
    (
        Reason.WRONG_LINK,
        r"链接.{0,6}?(?:错误?|打不开|失效|有误|不对|无效|进不去|坏|过期)|(?:错误|失效|无效)的?链接|进不去"
        r"|打不开",
    ),
    (
        Reason.WRONG_TIME,
        r"时间.{0,4}?(?:设置|设|填|写|约|排|发).{0,3}?(?:错|有误|不对)|时间(?:有误|错误|不对|错了)|(?:排"
        r"|约|发|填|设)错了?(?:时间|日期)?",
    ),
    (
        Reason.OTHER_OFFER,
        r"(?:接|收到?|拿到?|签|有|选择?|定).{0,10}?offer|别(?:的|家|处|人).{0,4}?offer|(?:其他|其它"
        r"|另一?个?家?|别家)的?offer"
        r"|offer冲突|已经?入职|(?:已经?|都)?(?:找到|有)(?:了|新)?工作|(?:去|选|签)了?(?:别|另一)家"
        r"|已经?签约|other offer|another offer|another job",
    ),
    (
        Reason.ILLNESS,
        r"发烧|发高烧|高烧|低烧|生病|病了|得病|患病|疾病|突发病|急病|感冒|流感|住院|手术|肠胃炎|阑尾"
        r"|拉肚子|腹泻|呕吐|头疼|头痛|肚子疼|胃疼|牙疼|骨折|扭伤|受伤|车祸"
        r"|身体不(?:适|舒服|太舒服|好)|不舒服|难受|新冠|阳了|阳性|确诊|甲流|急诊|去医院|在医院|看病|就医"
        r"|挂水|输液|sick|ill\b|fever|flu\b|hospital|covid",
    ),
    (
        Reason.POSITION_PAUSED,
        r"(?:岗位|职位|hc|编制|招聘).{0,4}?(?:暂停|冻结|关闭|取消|停招|停止|锁)|暂停(?:招聘|该?岗位|职位)"
        r"|停招|冻结hc|hc没了|不招了|已招满|招满|hc ?freeze",
    ),
    (
        Reason.PLAN_CHANGED,
        r"(?:招聘|用人)?(?:计划|需求|编制).{0,4}?(?:调整|变更|变化|变动|有变|改变|缩减)|计划有变|需求变了"
        r"|业务调整|组织调整|架构调整",
    ),
    (
        Reason.CONFLICT,
        r"(?:行程|时间|日程)?有?冲突|撞(?:了|车|期|时间|上)|(?:临时|突然|家里|家中|公司|单位"
        r"|学校)?有(?:点|些|急|其他|别的|个)?(?:事|安排|会议|会要|课|考试)|急事|走不开|抽不开身|脱不开身"
        r"|请不[了到下]假"
        r"|不批假|出差|加班|要?开会|另有安排|有约|考试|上课|答辩|堵车|晚点|航班|误机|没赶上|时间(?:不合适"
        r"|不方便|安排不开)|没空|没有?时间|不方便|有面试|搬家|回老家|奔丧|家人|孩子|conflict",
    ),
)
_PATTERNS: Final = tuple((reason, re.compile(words)) for reason, words in _WORDS)
_EXACT: Final = {plain(label).replace(" ", ""): reason for reason, label in _LABELS.items()} | {
    reason.value: reason for reason in Reason
}


def find_reason(text: str) -> tuple[Reason, tuple[int, int]] | None:
    """Find the reason a text names, and where in the plain spelling it names it."""
    said = plain(text)
    indent = len(text) - len(text.lstrip())
    exact = _EXACT.get(said.replace(" ", ""))
    if exact is not None:
        return exact, (indent, indent + len(said))
    for reason, pattern in _PATTERNS:
        found = pattern.search(said)
        if found:
            return reason, (indent + found.start(), indent + found.end())
    return None


def reason_in(text: str) -> Reason | None:
    """Name the reason a text gives, if it gives one we have a code for."""
    found = find_reason(text)
    return found[0] if found else None
