"""时间轴 in words: one line for a chat, cells for a table; the same facts everywhere."""

from datetime import datetime

from cards import attempts, outcomes
from models import Role
from workflow import archive_words
from workflow.acting import local
from workflow.showing import LONGEST_COMMENT, plain
from workflow.timeline import REFUSED, UNREAD, Entry, basis_of_erasure, still_needed
from workflow.views import ROLE_LABELS

ACTIONS = {
    "booking.entered": "录入预约",
    "booking.changed": "更新预约",
    "booking.confirmed": "确认参加",
    "booking.declined": "说明不来",
    "booking.reschedule_asked": "想改期",
    "booking.cancelled": "取消生效",
    "booking.unconfirmed": "说不来但没有确认，已告知 HR",
    "booking.return_asked": "改变主意，想参加",
    "booking.restored": "恢复面试",
    "booking.return_refused": "没有恢复",
    "booking.return_expired": "系统代办：没有恢复",
    "request.filed": "发起取消申请",
    "request.submitted": "提交申请",
    "request.approved": "决定取消",
    "request.reminded": "催办",
    "request.commented": "评论",
    "request.undone": "撤销",
    "request.withdrawn": "撤回",
    "request.expired": "系统代办：到点关闭",
    "evidence.kept": "收到证明",
    "evidence.refused": "没有收下的文件",
    "evidence.link_made": "取得看证明的链接",
    "evidence.viewed": "看证明",
    "evidence.view_refused": "没有让看证明",
    "approval.approved": "同意",
    "approval.rejected": "驳回",
    "approval.sent_back": "退回补充",
    "approval.taken_back": "收回意见",
    "approval.handed_on": "转交",
    "approval.added": "加签",
    "approval.returned": "退回到前面的节点",
    "delegation.proposed": "请人代为审批",
    "delegation.accepted": "同意代为审批",
    "delegation.declined": "谢绝代为审批",
    "delegation.ended": "代为审批结束",
    "delegation.recalled": "撤回请人代为审批",
    "step.skipped": "系统代办：按规范跳过一级",
    "step.reminded": "系统代办：时限过半，提醒审批人",
    "step.deputy_asked": "系统代办：到时限未答复，请代理人一并审批",
    "step.escalated": "系统代办：到时限未答复，告知上级或管理员",
    "notice.sent": "已发出",
    "notice.submitted": "已提交短信平台",
    "notice.delivered": "已送达",
    "notice.lost": "未收到回执",
    "notice.failed": "未送达，转人工电话告知",
    "notice.told_by_phone": "已电话告知",
    "attempt.refused": "被拒绝的操作",
    "case.viewed": "查看时间轴",
    "case.exported": "导出",
    "case.link_made": "取得导出链接",
    "case.written": "导出文件写成",
    "reveal.asked": "要求显示候选人资料",
    "reveal.shown": "看了候选人资料",
    "reveal.expired": "到期没有看候选人资料",
    "reveal.refused": "没有显示候选人资料",
    "log.exported": "导出审计日志",
    "log.written": "导出文件写成",
    "export.asked": "申请导出审计日志",
    "export.approved": "同意导出",
    "export.rejected": "驳回导出",
    "export.recalled": "撤回导出申请",
    "export.expired": "系统代办：导出申请过期",
    "export.link_made": "取得导出链接",
    "database.guarded": "数据库分角色",
    "database.reader_given": "允许直接读表",
    "database.reader_removed": "收回直接读表",
    "factor.offered": "取得绑定动态码的链接",
    "factor.shown": "显示动态码的二维码",
    "factor.bound": "绑定动态码",
    "factor.not_bound": "没有绑定动态码",
    "factor.reset": "重置动态码",
    "passkey.offered": "取得绑定通行密钥的链接",
    "passkey.bound": "绑定通行密钥",
    "passkey.not_bound": "没有绑定通行密钥",
    "passkey.revoked": "停用通行密钥",
    "passkey.reset": "重置通行密钥",
    "passkey.asked": "取得用通行密钥确认的链接",
    "passkey.shown": "看了要确认的内容",
    "passkey.refused": "没有用通行密钥确认",
    "signature.wanted": "要用数字证书签署",
    "signature.asked": "请认证机构取得签名",
    "signature.ended": "没有用数字证书签署",
    "stepup.passed": "二次验证通过",
    "stepup.refused": "二次验证没有通过",
    "query.saved": "保存查询",
    "query.deleted": "删除查询",
    "audit.searched": "审计检索",
    "archive.packed": "归档包做好",
    "archive.received": "已归档，收到回执",
    "archive.incomplete": "没有归档：资料不全",
    "archive.failed": "没有归档：档案系统没有收下",
    "archive.asked_again": "重新归档",
    "archive.exported": "导出归档包",
    "archive.written": "归档包写成",
    "records.examined": "完整性检查",
    "unit.checked_up": "合规体检",
    "answers.measured": "看审批时效",
    "report.link_made": "取得体检报告链接",
    "report.exported": "导出体检报告",
    "report.written": "体检报告写成",
    "organisation.entered": "录入组织",
    "organisation.contact_entered": "录入联系方式",
    "grant.proposed": "提出授权",
    "grant.given": "授权",
    "grant.withdrawn": "收回授权",
    "grant.refused": "驳回授权",
    "grant.expired": "系统代办：授权申请过期",
    "hold.set": "留存冻结",
    "hold.released": "解除留存冻结",
    "purge.proposed": "提出到期清理",
    "purge.approved": "同意到期清理",
    "purge.refused": "驳回到期清理",
    "purge.recalled": "撤回到期清理",
    "purge.expired": "系统代办：清理申请过期",
    "purge.finished": "到期清理完成",
    "purge.certified": "清理证明写成",
    "purge.link_made": "取得清理证明链接",
    "purge.certificate_taken": "下载清理证明",
    "rules.proposed": "提出规范新版本",
    "rules.approved": "同意规范新版本",
    "rules.refused": "驳回规范新版本",
    "rules.expired": "系统代办：规范新版本过期",
    "rules.recalled": "撤回规范新版本",
    "rules.link_made": "取得规范链接",
    "rules.taken": "下载规范",
    "case.purged": "到期清理",
    "retention.cleared": "系统代办：清除短期内容",
    "grant.recalled": "撤回授权申请",
    "grant.ended": "授权结束",
    "step.handed_on": "审批人离职，转交审批",
    "step.unattended": "审批人离职，无人接手",
    "request.handed_on": "发起人离职，转交申请",
    "person.joined": "通讯录：入职",
    "person.moved": "通讯录：调岗",
    "person.renamed": "通讯录：改名",
    "person.leads": "通讯录：负责人变化",
    "person.numbered": "通讯录：工号变化",
    "person.unlisted": "通讯录：从一个平台移出",
    "person.left": "通讯录：离职",
    "person.linked": "绑定账号",
    "deputy.set": "指定代理人",
    "brief.switched": "开关自己的简报",
    "directory.refused": "通讯录没有更新",
    "erasure.suggested": "提请删除资料",
    "erasure.proposed": "提出删除资料",
    "erasure.approved": "同意删除资料",
    "erasure.refused": "驳回删除资料",
    "erasure.recalled": "撤回删除资料",
    "erasure.expired": "系统代办：删除资料到期关闭",
    "erasure.unattended": "经办人离职，删除资料无人接手",
    "erasure.postponed": "要求删除资料，改为先受限",
    "privacy.copied": "查看自己的信息",
    "privacy.correction_asked": "要求更正信息",
    "privacy.corrected": "更正信息",
    "privacy.correction_refused": "没有更正信息",
    "privacy.shown": "看到个人信息处理规则",
    "erasure.stopped": "系统代办：没有删除",
    "subject.restricted": "资料改为受限",
    "subject.erased": "资料已依法删除",
    "subject.erased_again": "恢复备份带回的资料，再次删除",
    UNREAD: "这条记录读不出，日志改过",
    "checkpoint.signed": "下级检查点入账",
    "checkpoint.refused": "检查点没有签",
    "anchor.asked": "要求立即锚定",
    "anchor.refused": "外面留存的和日志不一致",
    "program.started": "程序启动",
    "clock.stepped": "本机时钟跳动",
}
"""What happened; a record of another type is shown by its code."""

CHANNELS = {"kf": "微信", "wecom": "企业微信", "dingtalk": "钉钉", "sms": "短信", "email": "邮件", "phone": "电话"}
DOORS = {
    **CHANNELS,
    "page": "网页",
    "signature": "签名服务",
    "cli": "命令行",
    "import": "导入",
    "directory": "通讯录",
    "settings": "设置",
    "clock": "系统代办",
    "demo": "演示录入",
}
TOPICS = {
    "cancelled": "取消通知 → 候选人",
    "data_erased": "删除资料告知 → 候选人",
    "interviewer_cancelled": "取消通知 → 面试官",
    "interviewer_declined": "不来通知 → 面试官",
    "hr_declined": "不来通知 → HR",
    "hr_unconfirmed": "未确认的不来 → HR",
    "restored": "恢复通知 → 候选人",
    "not_restored": "不恢复通知 → 候选人",
    "interviewer_restored": "恢复通知 → 面试官",
    "hr_unreachable": "请打电话 → HR",
    "hr_untold": "尚未告知提醒 → HR",
    "hr_reschedule_asked": "改期意愿 → HR",
    "hr_question": "候选人来信 → HR",
    "approver_reminded": "催办 → 审批人",
    "stand_in_reminded": "催办 → 代为答复的人",
    "approver_half": "时限过半提醒 → 审批人",
    "approver_overdue": "到时限 → 代理人",
    "hr_person_wanted": "候选人要找人 → HR",
    "hr_wishes_back": "候选人想参加 → HR",
    "step_copied": "抄送 → 知悉人",
    "hr_not_archived": "没有归档 → HR",
}
KINDS = {"name": "姓名", "phone": "电话", "email": "邮箱"}
FORMATS = {"pdf": "PDF", "pack": "证据包", "xlsx": "XLSX 表格", "jsonl": "原始日志", "text": "文字"}


def line(entry: Entry, now: datetime) -> str:
    """Return the entry on one line, as a chat shows it: the same as a print has, a year where it is not this one."""
    at = local(entry.at)
    year = "" if at.year == local(now).year else f"{at.year}-"
    ended = "未完成" if entry.action == REFUSED else outcome(entry)  # why it was refused stands there already
    return f"{year}{at:%m-%d %H:%M:%S} {who(entry)} {what(entry)} · {door(entry)} · {ended}"


def who(entry: Entry) -> str:
    """Name who did it: a person, the candidate, the clock, or the operator at the command line."""
    if entry.by == "candidate":
        return "候选人"
    if entry.by == "employee":
        return entry.named
    return "操作员" if entry.via == "cli" else "系统"


def what(entry: Entry, longest: int = LONGEST_COMMENT) -> str:
    """Say what was done, with what belongs to it; what somebody wrote is cut after `longest` characters."""
    if entry.action == REFUSED:
        return attempts.words(entry)
    detail = "，".join(_details(entry, longest))
    channel = entry.data.get("channel")
    by = f"（{CHANNELS.get(str(channel), str(channel))}）" if channel else ""
    return f"{_done(entry)}{f'：{detail}' if detail else ''}{by}"


def _done(entry: Entry) -> str:
    """Name the action; of a notice say no more than there is a proof for (I4)."""
    if entry.action == "notice.delivered":  # records of older versions have no receipt: the platform took it, no more
        at = str(entry.data.get("receipt", ""))
        return f"已送达（回执 {local(datetime.fromisoformat(at)):%H:%M}）" if at else ACTIONS["notice.sent"]
    if entry.action == "notice.lost":
        named = entry.data.get("next")
        following = [CHANNELS.get(str(each), str(each)) for each in named] if isinstance(named, list) else []
        reported = "渠道报告没有送到" if entry.why == "reported" else ACTIONS["notice.lost"]
        return f"{reported}，{f'改走{following[0]}' if following else '没有其他渠道'}"
    if entry.towards:
        return PASSED_ON.get(entry.action, "{how} {towards}").format(
            how=ADDED.get(str(entry.data.get("how", "")), "加签"), towards=entry.towards
        )
    return ACTIONS.get(entry.action, entry.action)


PASSED_ON = {"approval.handed_on": "转交 {towards}", "approval.returned": "退回到 {towards}"}
ADDED = {"before": "前加签", "after": "后加签", "beside": "并加签"}
"""How it is said to whom, or to which level, an approver passed something on."""


def _details(entry: Entry, longest: int) -> list[str]:
    data = entry.data
    found = [TOPICS.get(str(data.get("topic", "")), "")]
    if "still_needed" in data:
        found.append(still_needed(data["still_needed"]))
    if entry.action in ("case.exported", "case.link_made", "log.exported") and data.get("format"):
        found.append(FORMATS.get(str(data["format"]), str(data["format"])))
    if isinstance(kinds := data.get("kinds"), list):
        found.append("、".join(KINDS.get(str(each), str(each)) for each in kinds))
    if isinstance(used := data.get("twins"), list) and used:
        found.append(f"图片也在另外 {len(used)} 个申请里")
    if entry.action in ("archive.failed", "archive.incomplete"):
        found.append(archive_words.why(entry.why))
    if entry.action.startswith(("erasure.", "subject.")):
        found.append(_of_erasure(entry))
    if "sha256" in data:
        found.append(f"SHA-256 {data['sha256']}")
    if entry.remark:
        beside = "" if entry.action == "request.commented" else "附言"
        found.append(f"{beside}「{plain(entry.remark, longest)}」")
    return [each for each in found if each]


def _of_erasure(entry: Entry) -> str:
    """Say the number of an erasure and its basis."""
    basis = basis_of_erasure(entry.data.get("basis"))
    number = entry.subject if entry.subject.startswith("D") else ""
    why = f"依据 {basis}" if basis else ""
    return " ".join(each for each in (number, why) if each)


def role(entry: Entry) -> str:
    """Return in which role somebody decided; nothing for what is no decision."""
    code = str(entry.data.get("role", ""))
    return ROLE_LABELS[Role(code)] if entry.action.startswith("approval.") and code in set(Role) else ""


def confirmation(entry: Entry) -> str:
    """Name the 审批确认记录 of a decision: its number and level; its time is the entry's own. It is no 电子签名."""
    place = entry.data.get("confirmation")
    return f"。审批确认记录 {entry.subject}-{place}，第 {entry.data.get('level')} 级" if place else ""


def door(entry: Entry) -> str:
    """Name the door it came through."""
    return DOORS.get(entry.via, entry.via)


def outcome(entry: Entry) -> str:
    """Say whether it was done, and what was in the way; the record itself holds the reason's code."""
    if entry.ok:
        return "完成"
    return f"未完成（{outcomes.why(entry.why)}）" if entry.why else "未完成"
