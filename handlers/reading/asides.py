"""What a candidate asks for beside an answer: to speak to a person, to see their interviews, to come after all."""

import re
from typing import Final

from handlers.reading.text import plain

_MARKS: Final = re.compile(r"[\s,.;!~…]+")
_PERSON: Final = re.compile(
    r"(?:我?(?:要|想|请|麻烦|能不能|可以|帮我|给我)*)(?:转|找|接|联系|叫)?(?:一?下|个|位)?"
    r"(?:人工(?:客服|服务)?|真人|客服(?:人员)?|活人)(?:服务)?(?:吧|在吗|在不在|呢|谢谢|\?)*"
    r"|(?:请问)?(?:有人(?:在|管|吗)*|有没有人(?:在|管)?|人呢)(?:吗|么|嘛|啊|\?)+|有没有人(?:在|管)?"
)
_LIST: Final = re.compile(
    r"(?:请问|查一?下|看一?下|查询|查看|看看|帮我查一?下?)?我的(?:ai)?(?:面试|预约)(?:安排|时间|列表|记录|情况|状态|信息)?"
    r"(?:呢|是什么|有哪些|是哪几场|\?)*"
)
_RETURNS: Final = re.compile(
    r"后悔|点错|按错|发错|选错|误点|误操作|手滑|改.{0,2}主意|改变(?:了)?(?:想法|主意)|收回|撤回|我?又能来"
    r"|又可以(?:来|参加)|(?:还是|还|仍然?|依然)(?:想|要|会|能|可以|愿意)?(?:来|去|参加|面试)|我?(?:要|想|会|能|可以)参加"
    r"|恢复.{0,4}(?:面试|预约)|能(?:不能)?恢复|重新参加"
)
_DOUBTS: Final = re.compile(r"不(?:想|要|会|能|再)?(?:来|去|参加)|不后悔|取消不了|来不了|去不了|没后悔")


_COMES: Final = re.compile(r"(?:会|要|能|可以|准时|按时|一定)(?:准时|按时)?(?:来|去|到|参加)")


def says_coming(text: str) -> bool:
    """Tell whether somebody says that they will come; a mere 好的 does not."""
    said = plain(text)
    return _COMES.search(said) is not None and _DOUBTS.search(said) is None


def wants_person(text: str) -> bool:
    """Tell whether somebody asks for a human being: 转人工, 有人吗."""
    return _PERSON.fullmatch(_MARKS.sub("", plain(text))) is not None


def wants_list(text: str) -> bool:
    """Tell whether somebody asks for their interviews: 我的面试."""
    return _LIST.fullmatch(_MARKS.sub("", plain(text))) is not None


def wants_back(text: str) -> bool:
    """Tell whether somebody who has said no wants to come after all: 点错了，我要参加."""
    said = plain(text)
    return _RETURNS.search(said) is not None and _DOUBTS.search(said) is None
