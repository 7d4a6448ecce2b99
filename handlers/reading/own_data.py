"""我的信息, 更正 …, 删除我的信息: what a candidate wants done with their data; 删除面试 is none of these."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handlers.reading.text import as_written, plain


class OwnData(StrEnum):
    """What is wanted?"""

    COPY = "copy"
    CORRECT = "correct"
    DELETE = "delete"
    DELETE_FIRMLY = "delete_firmly"  # after the question


@dataclass(frozen=True, slots=True)
class OwnDataWish:
    """What is wanted; of a correction, which datum (name, phone, email) and its new value, as far as they were said."""

    what: OwnData
    field: str = ""
    value: str = ""


_DATA: Final = r"(?:个人)?(?:信息|资料|数据|隐私|档案)"
_OF_MINE: Final = rf"(?:我|本人)(?:的|所有的?|全部的?)*{_DATA}"
_ASK: Final = (
    r"(?:请问|请|麻烦|帮我|给我|我|想|要|需要|可以|能不能|能否|一下|查看|查|看看?|导出|下载|复制|提供|获取|索取|发)*"
)
_END: Final = r"(?:吗|么|呢|吧|谢谢|副本|复印件|一份|给我|发我|有哪些|是什么|\?)*"
_COPY: Final = (
    re.compile(rf"{_ASK}{_OF_MINE}{_END}"),
    re.compile(
        rf"(?:请问)?(?:你们|贵司|公司)?(?:都|现在)?(?:保存|存|有|收集|留|掌握)着?了?(?:我|本人)的?(?:什么|哪些|多少){_DATA}{_END}"
    ),
    re.compile(rf"{_ASK}{_DATA}(?:的)?(?:副本|复印件){_END}"),
)
_DELETES: Final = r"(?:删除|删掉|删了|删|清除|清空|注销|抹掉|抹去|销毁)"
_DELETE: Final = re.compile(
    rf"{_DELETES}(?:掉|一下|所有|全部|你们|保存的|存的)*(?:我|本人)(?:的|所有|全部)*(?:{_DATA}|简历|账号|记录)"
    rf"|(?:把|将)?{_OF_MINE}(?:都|全部|全)?(?:给我)?{_DELETES}"
    rf"|撤回(?:我的)?(?:对)?(?:个人信息)?(?:处理)?的?同意|不要再?(?:保存|保留|存)我的{_DATA}"
)
_FIRM: Final = re.compile(rf"确认{_DELETES}(?:我|本人)的?{_DATA}")
_NOT: Final = re.compile(
    rf"(?:别|不要|不用|不想|不必|先不|勿|没有?|不会)(?:再)?(?:给我|把|确认)?{_DELETES}|不(?:删|撤回)"
)
_OF_INTERVIEW: Final = re.compile(r"面试|预约|时间|安排|改期|取消")
_FIELDS: Final = (
    ("name", re.compile(r"姓名|名字|我的名|真名")),
    ("phone", re.compile(r"手机号码?|手机|电话号码?|电话|号码")),
    ("email", re.compile(r"邮箱地址?|邮箱|邮件地址|e-?mail|电子邮件")),
)
_CORRECTS: Final = re.compile(
    r"更正|改正|纠正|订正|更新|变更|(?:登记|填|写|留|弄)错|有误|不对|错了|换(?:了|成)?|改(?:成|为|一下)"
)
_TO: Final = re.compile(
    r"(?:应该是|应该为|应为|应是|改成|改为|更正为|更新为|变更为|换成|正确的是|是|为|[:=])\s*(?P<value>[^\s,。;，；]+)\s*[。.!！]?$"
)
_MAIL: Final = re.compile(r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}")
_PHONE: Final = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_LAST_WORD: Final = re.compile(
    r"(?:姓名|名字)\s*[:：]?\s*(?P<value>[\u4e00-\u9fff·]{2,12}|[A-Za-z][A-Za-z .'-]{1,40})$"
)
_NAME: Final = re.compile(r"[\u4e00-\u9fff·]{2,12}|[A-Za-z][A-Za-z .'-]{1,40}")
_MARKS: Final = re.compile(r"[\s,.;!~…]+")


def own_data_in(text: str) -> OwnDataWish | None:
    """Read what a message wants of one's data; None where it is about something else, above all an interview."""
    said = plain(text)
    close = _MARKS.sub("", said)
    if _FIRM.search(close) and not _NOT.search(close):
        return OwnDataWish(OwnData.DELETE_FIRMLY)
    if _DELETE.search(close):
        return None if _NOT.search(close) or _OF_INTERVIEW.search(close) else OwnDataWish(OwnData.DELETE)
    if any(each.fullmatch(close) for each in _COPY):
        return OwnDataWish(OwnData.COPY)
    return _correction(said, as_written(text))


def typed_value(field: str, text: str) -> str:
    """Return the new value of a datum that was typed alone, as into a form; nothing where it cannot be one."""
    if field == "name":
        return written if _NAME.fullmatch(written := as_written(text).strip()) else ""
    said = re.sub(r"[\s-]", "", plain(text)) if field == "phone" else plain(text).strip()
    return said if (_PHONE if field == "phone" else _MAIL).fullmatch(said) else ""


def _correction(said: str, written: str) -> OwnDataWish | None:
    field = next((name for name, words in _FIELDS if words.search(said)), "")
    bare = re.fullmatch(rf"(?:我?(?:想|要)?)(?:更正|改正)(?:一下)?(?:{_OF_MINE}|{_DATA})?", _MARKS.sub("", said))
    if bare:
        return OwnDataWish(OwnData.CORRECT)
    if not field or not _CORRECTS.search(said) or _OF_INTERVIEW.search(said) or "?" in said:
        return None
    return OwnDataWish(OwnData.CORRECT, field, _value(field, said, written))


def _value(field: str, said: str, written: str) -> str:
    if field == "phone":
        return found[0] if (found := _PHONE.search(said)) else ""
    if field == "email":
        return found[0] if (found := _MAIL.search(said)) else ""
    found = _TO.search(written) or _LAST_WORD.search(written)
    return found["value"] if found else ""
