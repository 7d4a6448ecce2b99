"""The verbs HR and approvers may use, and every other way people write them."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from handlers.reading.names import full_pinyin, is_one_edit
from handlers.reading.text import plain


class Verb(StrEnum):
    """A verb of the grammar in requirements §E2; the value is the Chinese word that `bot read` prints."""

    CANCEL = "取消"
    BATCH_CANCEL = "批量取消"
    CONFIRM_BATCH = "确认取消"
    RESCHEDULE = "改期"
    FIND = "查"
    LIST = "列表"
    BOARD = "看板"
    TODO = "审批"
    APPROVE = "同意"
    REJECT = "驳回"
    SEND_BACK = "退回"
    HAND_OVER = "转交"
    ADD = "加签"
    COMMENT = "评论"
    WITHDRAW = "撤回"
    REMIND = "催办"
    SUBMIT = "提交"
    DELEGATE = "委托"
    PHONE_CANCEL = "登记电话取消"
    TEMPLATE = "模板"
    CHANNEL = "通知方式"
    TIMELINE = "时间轴"
    EXPORT = "导出"
    EXPORT_LOG = "导出日志"
    RISK = "风险"
    WAITLIST = "候补"
    ARCHIVE = "归档状态"
    ARCHIVE_AGAIN = "重新归档"
    UNDO = "撤销"
    RESTORE = "恢复"
    EVIDENCE = "证据包"
    HELP = "帮助"
    TICKET = "求助"
    MINE = "我的面试"
    RECORD = "我的记录"
    PROGRESS = "进度"
    REPORT = "报表"
    POLICY = "规范"
    TRIAL = "试算"
    AUDIT_SEARCH = "审计检索"
    SAVE_QUERY = "保存查询"
    DELETE_QUERY = "删除查询"
    AUDIT_VERIFY = "审计验证"
    ANCHOR = "锚定"
    INTEGRITY = "完整性检查"
    CHECKUP = "合规体检"
    PACE = "审批时效"
    BRIEF = "简报"
    PERMISSIONS = "权限"
    GRANT = "授权"
    REVOKE = "收回授权"
    SHOW = "显示"
    SEE_EVIDENCE = "看证据"
    HOLD = "留存冻结"
    RELEASE_HOLD = "解除冻结"
    RETENTION = "留存清单"
    PURGE = "清理"
    CERTIFICATE = "清理证明"
    DEPUTY = "代理人"
    LINK = "绑定"
    BIND_CODE = "绑定动态码"
    CODE = "动态码"
    RESET_CODE = "重置动态码"
    BIND_PASSKEY = "绑定通行密钥"
    REVOKE_PASSKEY = "停用通行密钥"
    RESET_PASSKEY = "重置通行密钥"
    ERASE = "删除资料"
    PHONED = "已电话告知"
    CHOOSE = "选择"
    DROP = "算了"
    MORE = "更多"


SPELLINGS: Final[dict[Verb, tuple[str, ...]]] = {
    Verb.CANCEL: (
        "取消",
        "取消掉",
        "取消预约",
        "取消面试",
        "发起取消",
        "申请取消",
        "撤",
        "撤掉",
        "撤了",
        "不面了",
        "不面试了",
        "qx",
        "quxiao",
        "cancel",
    ),
    Verb.BATCH_CANCEL: (
        "批量取消",
        "批量撤",
        "全部取消",
        "一键取消",
        "取消全部",
        "取消所有",
        "都取消",
        "plqx",
        "batch cancel",
    ),
    Verb.CONFIRM_BATCH: ("确认取消", "确认批量取消", "qrqx"),
    Verb.RESCHEDULE: (
        "改期",
        "改约",
        "改时间",
        "改到",
        "重新安排",
        "调整时间",
        "换时间",
        "推迟",
        "延期",
        "延后",
        "挪到",
        "推到",
        "提前到",
        "gq",
        "reschedule",
    ),
    Verb.FIND: (
        "查",
        "查询",
        "查找",
        "查看",
        "查一下",
        "搜",
        "搜索",
        "找",
        "找一下",
        "候选人",
        "看看",
        "看一下",
        "cx",
        "find",
        "search",
    ),
    Verb.LIST: ("列表", "面试列表", "面试安排", "预约列表", "列出", "清单", "今日面试", "lb", "list"),
    Verb.BOARD: ("看板", "面试看板", "kb", "board"),
    Verb.TODO: (
        "审批",
        "待我审批",
        "待审批",
        "待我批",
        "我的审批",
        "审批列表",
        "待办",
        "我的待办",
        "dwsp",
        "sp",
        "todo",
    ),
    Verb.APPROVE: ("同意", "批准", "通过", "准了", "批了", "同意取消", "ty", "approve"),
    Verb.REJECT: ("驳回", "拒绝", "不同意", "不批准", "不批", "否决", "bh", "reject"),
    Verb.SEND_BACK: ("退回", "退回补充", "打回", "退回修改", "th"),
    Verb.HAND_OVER: ("转交", "转给", "转办", "转交给", "zj"),
    Verb.ADD: ("加签", "加签给", "前加签", "后加签", "并加签", "jq"),
    Verb.COMMENT: ("评论", "写评论", "加评论", "发评论"),
    Verb.WITHDRAW: ("撤回", "撤回申请", "收回申请", "ch", "withdraw"),
    Verb.SUBMIT: ("提交", "提交审批", "重新提交", "提交申请", "tj", "submit"),
    Verb.REMIND: ("催办", "催一下", "催", "催审批", "催促", "cb", "remind"),
    Verb.DELEGATE: ("委托", "委托给", "代理给", "审批委托", "wt", "delegate"),
    Verb.PHONE_CANCEL: ("登记电话取消", "电话取消", "登记取消", "电话登记取消", "djdhqx"),
    Verb.TEMPLATE: ("模板", "取消模板", "mb", "template"),
    Verb.CHANNEL: ("通知方式", "通知渠道", "tzfs"),
    Verb.TIMELINE: ("时间轴", "时间线", "sjz", "timeline"),
    Verb.EXPORT: ("导出", "下载", "dc", "export"),
    Verb.EXPORT_LOG: ("导出日志", "导出审计日志", "dcrz"),
    Verb.RISK: ("风险", "取消风险", "fx", "risk"),
    Verb.WAITLIST: ("候补", "候补名单", "hb", "waitlist"),
    Verb.ARCHIVE: ("归档状态", "归档", "档案状态", "gdzt"),
    Verb.ARCHIVE_AGAIN: ("重新归档", "再次归档", "cxgd"),
    Verb.UNDO: ("撤销", "撤消", "撤销操作", "撤销取消", "撤回取消", "反悔", "后悔药", "undo"),
    Verb.RESTORE: ("恢复", "恢复面试", "恢复预约", "hf", "restore"),
    Verb.EVIDENCE: ("证据包", "争议包", "zjb"),
    Verb.HELP: ("帮助", "帮助一下", "使用说明", "怎么用", "指令", "命令", "菜单", "说明书", "bz", "help", "?"),
    Verb.TICKET: ("求助", "人工", "转人工", "人工客服", "联系管理员", "提工单", "工单", "qz"),
    Verb.MINE: ("我的面试", "我的预约"),
    Verb.RECORD: ("我的记录",),
    Verb.PROGRESS: ("进度", "招聘进度"),
    Verb.REPORT: ("报表", "统计", "报告"),
    Verb.POLICY: ("规范", "取消规范", "取消规则", "规则"),
    Verb.TRIAL: ("试算",),
    Verb.AUDIT_SEARCH: ("审计检索", "审计查询"),
    Verb.SAVE_QUERY: ("保存查询", "保存检索"),
    Verb.DELETE_QUERY: ("删除查询", "删除检索"),
    Verb.AUDIT_VERIFY: ("审计验证",),
    Verb.ANCHOR: ("锚定", "立即锚定", "md", "anchor"),
    Verb.INTEGRITY: ("完整性检查",),
    Verb.CHECKUP: ("合规体检",),
    Verb.PACE: ("审批时效", "审批用时", "审批时长"),
    Verb.BRIEF: ("简报", "早报", "今日简报", "每日简报"),
    Verb.PERMISSIONS: ("权限", "我的权限", "查权限", "查看权限"),
    Verb.GRANT: ("授权", "授权给", "授予"),
    Verb.REVOKE: ("收回授权", "撤销授权", "取消授权", "回收授权", "收回权限"),
    Verb.SHOW: ("显示", "显示资料"),
    Verb.SEE_EVIDENCE: ("看证据", "看证明", "查看证据", "查看证明", "证明", "kzj"),
    Verb.HOLD: ("留存冻结", "冻结留存"),
    Verb.RELEASE_HOLD: ("解除冻结", "解除留存冻结"),
    Verb.RETENTION: ("留存清单", "留存列表"),
    Verb.PURGE: ("清理", "到期清理", "清理到期"),
    Verb.CERTIFICATE: ("清理证明",),
    Verb.DEPUTY: ("代理人", "我的代理人", "设置代理人", "指定代理人"),
    Verb.LINK: ("绑定", "绑定账号", "账号绑定"),
    Verb.BIND_CODE: ("绑定动态码", "绑定验证器", "bddtm"),
    Verb.CODE: ("动态码", "dtm"),
    Verb.RESET_CODE: ("重置动态码", "czdtm"),
    Verb.BIND_PASSKEY: ("绑定通行密钥", "绑定密钥", "bdtxmy"),
    Verb.REVOKE_PASSKEY: ("停用通行密钥", "解绑通行密钥", "tytxmy"),
    Verb.RESET_PASSKEY: ("重置通行密钥", "cztxmy"),
    Verb.ERASE: ("删除资料", "删除候选人资料", "删除个人信息", "清除资料", "抹去资料"),
    Verb.PHONED: ("已电话告知", "已打电话告知", "已电话通知", "电话已告知", "已经电话告知", "电话告知了"),
    Verb.CHOOSE: ("选", "选择"),
    Verb.MORE: ("更多", "下一页", "下页", "翻页", "more"),
    Verb.DROP: (
        "算了",
        "返回",
        "退出",
        "不弄了",
        "先不弄",
        "不取消了",
        "先不取消",
        "取消操作",
        "没事了",
        "drop",
        "back",
    ),
}
"""Every spelling of a verb; a spelling is carried out only where it is written exactly."""

_WORDS: Final = sorted(
    ((word, verb) for verb, words in SPELLINGS.items() for word in words), key=lambda pair: -len(pair[0])
)
_EXACT: Final = dict(_WORDS)
_ALONE: Final = frozenset(
    [
        "下载",
        "人工",
        "候选人",
        "催",
        "准了",
        "列表",
        "同意",
        "命令",
        "审批",
        "工单",
        "延后",
        "延期",
        "归档",
        "待办",
        "恢复",
        "批了",
        "授予",
        "授权",
        "找",
        "报告",
        "拒绝",
        "指令",
        "推迟",
        "提前到",
        "搜",
        "撤",
        "撤了",
        "权限",
        "代理人",
        "绑定",
        "查",
        "模板",
        "显示",
        "证明",
        "更多",
        "没事了",
        "清单",
        "清理",
        "看一下",
        "看看",
        "早报",
        "简报",
        "算了",
        "统计",
        "菜单",
        "规则",
        "规范",
        "说明书",
        "返回",
        "进度",
        "退出",
        "退回",
        "选",
        "选择",
        "通过",
        "风险",
    ],
)
"""Everyday words: a verb only where they end at a space, a digit, a name, or the message."""


def verb_at_start(said: str) -> tuple[Verb, int] | None:
    """Find the longest verb a plain text begins with, and where it ends."""
    for word, verb in _WORDS:
        if said.startswith(word) and _ends_well(word, said[len(word) :]):
            return verb, len(word)
    return None


def _ends_well(word: str, after: str) -> bool:
    """Keep qx from being found in qxy."""
    return not (word.isascii() and word.isalnum() and after[:1].isascii() and after[:1].isalpha())


def is_everyday(said: str, length: int) -> bool:
    """Tell whether what stands at the start is a word that also begins ordinary sentences."""
    return said[:length] in _ALONE


def verb_of(word: str) -> Verb | None:
    """Name the verb that a whole word is."""
    return _EXACT.get(word)


@lru_cache(maxsize=1024)
def _sound(word: str) -> str:
    return full_pinyin(word)


def nearest(text: str) -> list[str]:
    """Name up to three verbs that a message not understood may have meant; only ever shown, never carried out."""
    said = plain(text).lstrip("/ ")
    first = re.split(r"[ ,.!?:]", said, maxsplit=1)[0][:8]
    if not first:
        return []
    near = [verb.value for word, verb in _WORDS if len(word) > 1 and _is_near(word, first, said)]
    return list(dict.fromkeys(near))[:3]


def _is_near(word: str, first: str, said: str) -> bool:
    """Take a slip in a whole first word, or the same sound wherever the word ends."""
    if word.isascii():
        return len(word) > 3 and is_one_edit(word, first)
    if is_one_edit(word, first) and (
        len(word) > 2 or (len(first) == 2 and (word[0] == first[0] or word[1] == first[1]))
    ):
        return len(first) >= 2
    start = said[: len(word)]
    return start != word and len(start) == len(word) and not start.isascii() and _sound(start) == _sound(word)
