"""Why a case is not in the archive, in words: what its package lacks, and what the archive answered."""

UNPROVEN = {
    "missing-time": "unproven-time",
    "missing-reason": "unproven-reason",
    "missing-operator": "unproven-operator",
    "missing-approver": "unproven-approver",
}
"""A mandatory field that is there, and that no record of the log bears out, by the code of its lack."""

DIFFERS = "differs"
FAULTS = {
    "missing-time": "缺取消时间",
    "missing-reason": "缺原因",
    "missing-operator": "缺操作人",
    "missing-approver": "缺审批人",
    "unproven-time": "取消时间和审计日志的记录不一致",
    "unproven-reason": "原因和审计日志的记录不一致",
    "unproven-operator": "操作人和审计日志的记录不一致",
    "unproven-approver": "审批人和审计日志的记录不一致",
    "unproven-result": "办理结果和审计日志的记录不一致",
    DIFFERS: "数据库里的记录和审计日志不一致，请保留现场，由审计运行完整性检查",
    "metadata": "元数据不合格式",
    "log": "审计日志不完好，或还没有签名",
    "records": "记录或检查点的证明对不上",
    "signature": "时间轴 PDF 的签名不对",
    "print": "时间轴 PDF 打不开",
    "evidence-count": "证明材料的份数不够",
    "evidence-damaged": "证明材料打不开，或和收到时不一样",
    "filed": "缺取消申请单",
    "approvals": "缺审批记录",
    "notices": "缺候选人通知记录",
    "size": "归档包太大",
    "fault": "系统出错，没有做成",
    "erased": "候选人的资料已依法删除",
}
"""Why a package is not sent, in words."""

ANSWERS = {
    "digest": "档案系统在这个编号下存的是别的内容",
    "number": "归档包的编号不能作文件名",
    "folder": "归档目录写不进去",
    "connect": "连不上档案系统",
    "no-answer": "档案系统没有答复",
    "too-large": "档案系统的答复太长",
    "not-json": "档案系统的答复读不懂",
    "not-a-receipt": "档案系统的答复不是回执",
    "url": "archive.url 不是能用的地址",
    "notice-under-way": "等候选人通知的结果",
}
"""What an archive answered, or why nothing is handed over yet, in words."""

STATUSES = {
    "401": "口令不对（archive__secret）",
    "403": "没有权限",
    "404": "地址不对（archive.url）",
    "405": "地址不对（archive.url）",
    "413": "归档包太大",
    "422": "内容不合要求",
    "429": "请求太多",
}
"""What an archive means by an HTTP status that says more than its hundred."""


def why(code: str) -> str:
    """Say a fault's code in words, with the code of what came from outside: who keeps the archive can look it up."""
    status = code.removeprefix("http-")
    if code != status:
        kind = "档案系统出错" if status.startswith("5") else "档案系统拒绝"
        return f"{STATUSES.get(status, kind)}，HTTP {status}"
    return FAULTS.get(code) or ANSWERS.get(code) or f"档案系统的答复：{code}"
