"""A workflow refusal → one sentence for the person who asked: what is true now, why, what to type next."""

from datetime import datetime

from handlers import erasing_words, evidence_words, passkey_words, retention_words, rights_words, signature_words
from workflow.delegation_words import REFUSED as OF_DELEGATIONS
from workflow.errors import Refusal
from workflow.export_words import REFUSED as OF_EXPORTS
from workflow.moments import clock
from workflow.permissions import READ
from workflow.reasons import SHORTEST_TEXT
from workflow.views import ROLE_LABELS

MISSING = {
    "reason": "还没有选取消原因。请在卡片上选一个原因再点确认，打字的话在指令后面写「原因 行程冲突」",
    "reason-text": f"选「其他」时请写明原因，至少 {SHORTEST_TEXT} 个字；也可以发「取消 姓名 原因 …」",
    "still-needed": "请先选岗位是否仍需招聘：在卡片上选一项再点，或回复「同意 {number} 仍需」（仍需、暂停或不再）",
    "reveal-reason": "请写明为什么要看，至少 4 个字，会记入审计，例如「显示 Y… 电话 原因 核对身份」",
    "reject-reason": "驳回要写原因，申请人会看到。在卡片的「意见」里写好再点，或回复「驳回 {number} 岗位仍缺人」",
    "comment": "评论里没有文字。请把要说的写在后面，例如「评论 {number} 编制已和陈敏核过」",
    "correction-reason": "驳回更正要写原因，候选人会看到。请回复「驳回 {number} 原因」",
    "account": "你的账号还没有绑定钉钉或企业微信，收不到卡片。请联系系统管理员绑定后再发一次",
    "approver-account": "审批人还没有绑定钉钉或企业微信，没有提交。请联系系统管理员绑定后再发一次",
}
STATES = {
    "no-audit-group": (
        "没有人能收到存证码：没有设置审计群，也没有在钉钉或企业微信有账号的审计。"
        "请系统管理员发「授权 姓名 审计 单位」，或在设置里写 audit.post_group（docs/audit/anchors.md）"
    ),
    "just-anchored": (
        "存证码几分钟前刚发到审计群（没有设置审计群的，发给了每位审计），看那一条即可。5 分钟后可以再发「锚定」"
    ),
    "cancelled": "这场面试已取消，不用再操作。经过可发「时间轴」加姓名或预约号查看",
    "declined": "候选人已说明不来，不必等候。正式取消请在「候选人不来」的卡片上点「提交审批」，或发「取消」加手机尾号",
    "completed": "这场面试已完成，不能再改。记录有误请把预约号告诉系统管理员",
    "no_show": "这场面试已记为未到，不能再改。记录有误请把预约号告诉系统管理员",
    "rescheduled": "这场面试已改期，这一场不再有效。新的时间可发「查」加姓名",
    "frozen": "这场面试已在办理取消，不用再提。到哪一步了可发「时间轴」加姓名或预约号",
    "grace-over": "可撤销的时间已过，通知已发出。要另约请联系候选人",
    "nothing-to-undo": "没有还能撤销的取消：你没有刚取消的面试，或可撤销的时间已过。还没定的申请可发「撤回」收回",
    "stale-button": "这个按钮不是给你的，或者已经失效。等你办的可发「待我审批」查看",
    "taken-back": "上一级已收回意见，先由其重新审批，之后你会收到新卡片",
    "candidates-word": "候选人本人说了不来，不能替其收回。要请其再来，请直接联系候选人",
    "carried_out": "申请已执行，面试已取消，不用再操作。经过可发「时间轴」加申请号查看",
    "approved": "申请已通过，不用再操作。发起人在时限内可发「撤销」收回；经过可发「时间轴」加申请号查看",
    "rejected": "申请已驳回，不用再处理。仍要取消请 HR 与审批人说好，再重新发「取消」加姓名",
    "withdrawn": "申请已撤回，不用再处理。仍要取消请 HR 重新发「取消」加姓名",
    "undone": "申请已撤销，面试照常，不用再处理。仍要取消请 HR 重新发「取消」加姓名",
    "expired": "申请到点未决，已由系统关闭，不能再办。没有面成的请直接联系候选人另约",
    "awaiting_evidence": "申请还在等证明。请发起人把截图或 PDF 直接发到聊天里，收到后自动提交",
    "needs-evidence": "申请 {number} 已提出，还差证明，没有交给审批人。请把截图或 PDF 直接发到这里，收到后自动提交审批",
    "awaiting_approval": "申请在审批中，还没有定。到哪一步了可发「时间轴」加申请号，催一下可发「催办」加申请号",
    "sent_back": "申请已退回，等申请人补充。发起人补好后发「提交」加申请号，再请你处理",
    "draft": "申请还没有提交。请发起人在卡片上点「提交审批」，或发「提交」加申请号",
    "answered-by-others": "这一级 {approver} 已先答复，不再需要你的意见。到哪一步了可发「时间轴 {number}」",
    "voided": "申请已退回到前面的节点重新审批，原来这一步不再算数。再轮到你时会收到新卡片，经过可发「时间轴 {number}」",
    "look-alone": "{number} 要单独看，没有和别的一起同意。请看过卡片再回复「同意 {number}」",
    "only-names": "这一级没有人可审，请你指定一位，管理员不能代批。请发「转交 {number} 姓名」",
    "comment-part": "你不在 {number} 的办理人里，不能评论：只有发起人、审批人和代其审批的人可以。要说的请告诉其中一位",
    "comment-restricted": "{number} 的候选人资料受限或已删除，不能再评论。经过可发「时间轴 {number}」",
    "too-many-comments": "这件申请的评论已有 {most} 条，不能再加。要商量请直接联系对方",
    "votes": "「{step}」要 {need} 人同意，只找到 {have} 位可以审批的人，没有提交。请联系系统管理员设置后再发一次",
    "votes-named": "「{step}」要 {need} 人同意，没有人可审，管理员只能指定 1 位，没有提交。请联系系统管理员改规则",
    "taker-self": "这一步本来就在你这里。要转交请写同事的姓名，例如「转交 1 李娜」",
    "taker-requester": "{who} 是 {number} 的发起人，不能审批自己的申请。请换一位同事",
    "taker-absent": "没有找到这位同事，或已不在职、不在你的公司里。请核对姓名或工号再发",
    "taker-asked": "{who} 已在 {number} 的审批链上，一人只审一级。请换一位同事",
    "taker-administers": "{who} 是管理员或审计，不办业务审批。请换一位同事",
    "taker-account": "{who} 还没有绑定钉钉或企业微信，收不到卡片。请换一位，或联系系统管理员绑定后再发",
    "too-many-places": "这一级已有 {most} 个人，不能再加签。请先等已有的人答复",
    "no-such-level": "没有这个可以退回的节点。现在可以发：{names}；退给发起人发「退回 {number} 要补什么」",
    "erasure-asked": "候选人要求的删除不能撤回：候选人有权得到答复，要由安全管理员决定，请等其处理",
    "in-grace": "申请 {number} 已通过、还没执行，现在收回要用「撤销」：请在 {until} 前发「撤销 {number}」",
    "too-many-queries": "保存的查询已有 {most} 个，不能再多。先发「查询」看有哪些，再用「删除查询 名称」删掉不用的",
    "no-archive": "这个单位的规则不要求归档，没有归档包可送。要归档请联系系统管理员改规则",
    "not-over": "这件取消还没有办结，没有归档包。办结 15 分钟后自动归档，可发「归档状态」加申请号看",
    "archiving": "归档包正在路上，没有再送一个。结果可发「归档状态」加申请号看",
    "nothing-to-confirm": "没有等你确认的取消卡片。要取消一场面试，请发「取消」加姓名或手机尾号",
    "factor-held": "你已经绑定了动态码，不能再绑一个。手机丢了请联系系统管理员，发「重置动态码」加你的姓名",
    "factor-not-shown": "还没有显示过二维码，或已超过 15 分钟。请发「绑定动态码」，打开页面扫码后再发数字",
    "nothing-to-prove": "现在没有等你二次验证的事，动态码没有用掉。请先办那件事，要验证时会请你发动态码",
    "grade-missing": "规则要求这一级用有资质机构的证书签署，签名服务现在没有配置，不能同意，也不能驳回。"
    "请联系系统管理员恢复签名服务；或改规则，再由发起人撤回「撤回 {number}」后重新提交",
    "nothing-owed": "没有待打的电话：候选人的通知已送达、已告知或还在路上。经过可发「时间轴」加申请号查看",
}
NOT_RESTORABLE = {
    "declined": "候选人说了不来，没有人能替其恢复。候选人回复「我要参加」之后，你会收到卡片，请在卡片上决定",
    "scheduled": "这场面试照常，没有什么要恢复的。可发「查 姓名」看它现在的状态",
    "frozen": "这场面试正在办理取消，还没有执行，没有什么要恢复的。"
    "要停下来请发起人发「撤回 Q…」；到哪一步了可发「时间轴」加姓名",
    "cancelled": "这场面试已取消，不能在这里恢复。要另约请联系候选人，并录入新的预约",
    "rescheduled": "这场面试已改期，这一场不再有效，没有什么要恢复的。新的时间可发「查」加姓名",
    "completed": "这场面试已完成，没有什么要恢复的。记录有误请把预约号告诉系统管理员",
    "no_show": "这场面试已记为未到，没有什么要恢复的。记录有误请把预约号告诉系统管理员",
}
WORDED = {
    **evidence_words.REFUSED,
    **passkey_words.REFUSED,
    **rights_words.REFUSED,
    **signature_words.REFUSED,
    **retention_words.REFUSED,
    **OF_EXPORTS,
    **erasing_words.REFUSED,
    **OF_DELEGATIONS,
}
INCOMPLETE = "还缺少内容。请看卡片上标着必填的项，补好再点"
OTHERWISE = "现在不能这样做：情况已经变了。请发「时间轴」加申请号或姓名，看现在到哪一步"
UNDER_WAY = "申请中"  # workflow.cancelling says it of a request that is open
STARTED = (
    "{when} 的面试已到开始时间，不能再取消，没有通知任何人。"
    "没有面成的请直接联系候选人另约；系统里的记录要更正，请把预约号 {number} 告诉系统管理员"
)


def sentence(refusal: Refusal, reference: str) -> str:
    """Return the sentence, ending with the reference under which the attempt is recorded."""
    opening = "" if refusal.code == "already-decided" else "没有办理："
    return f"{opening}{why(refusal)}。编号 {reference}"


FOR_CANDIDATES = {
    "cancelled": "这场面试已取消，您不用再操作",
    "completed": "这场面试已结束，您不用再操作",
    "no_show": "这场面试已结束，您不用再操作",
    "rescheduled": "这场面试已改期，请以新的通知为准",
    "started": "这场面试已到开始时间",
}


def to_candidate(refusal: Refusal, reference: str) -> str:
    """Return the sentence for a candidate: nothing of how we work inside, and how to reach somebody."""
    known = FOR_CANDIDATES.get(str(refusal.facts.get("state", refusal.code)), "这一项现在办不了，您的登记没有变化")
    return f"{known}。如有疑问，请直接回复您要说的话，我们会转告招聘负责人。编号 {reference}"


def why(refusal: Refusal) -> str:
    """Return what is true now and what to do next, without an ending."""
    facts = refusal.facts
    if worded := WORDED.get(refusal.code):
        return worded.format(**facts)
    match refusal.code:
        case "not-found":
            return "没有找到，或不在你的范围内。请核对姓名或编号再发；能做什么可发「帮助」"
        case "nothing-to-approve":
            return "没有待你审批的申请。有新的会发卡片给你；查一条的经过可发「时间轴」加申请号"
        case "which-step":
            return "没看出是哪一条。请先发「待我审批」，再回复「同意 1」；或写编号「同意 {number}」".format(
                number=facts.get("number", "Q…")
            )
        case "not-yours" if not facts.get("approver"):
            return "这一条不由你处理。你可以发「帮助」看看自己能做什么"
        case "not-yours":
            return f"此单由 {facts['approver']} 处理，你可以发「帮助」看看自己能做什么"
        case "not-your-turn":
            return f"还没轮到你：先由 {facts['approver']} 审批，之后你会收到卡片"
        case "already-decided":
            return _already(facts)
        case "stale" if "changes" in facts:
            return f"你看过以后：{facts['changes']}。请看过更新后的卡片再决定"
        case "unshown":
            return f"申请 {facts['number']} 的内容还没有给你看过。卡片已发给你，请看过再点，或再回复一次"
        case "stale":
            return "内容在你看到之后有变化。卡片已更新，请看过再点"
        case "proof-needed":
            return f"{facts['what']}要二次验证。请输入动态码：5 分钟内回复「动态码」加验证器里的 6 位数字，再点一次"
        case "factor-missing":
            return f"{facts['what']}要二次验证，你还没有绑定动态码。请发「绑定动态码」，绑好后再点一次"
        case "started":
            return STARTED.format(**facts)
        case "followed":
            return f"{facts['approver']} 在你之后{facts['what']}，你的意见不能再收回。要停下来，请联系发起的 HR"
        case "not-restorable":
            return NOT_RESTORABLE.get(str(facts.get("state")), NOT_RESTORABLE["scheduled"])
        case code if code in STATES:
            return STATES[code].format(**facts)
        case "not-now":
            return STATES.get(str(facts.get("state")), OTHERWISE)
        case "missing" if facts.get("what") == "approver":
            named = f"「{facts['step']}」" if facts.get("step") else ""
            role = ROLE_LABELS.get(facts.get("role"), named)  # type: ignore[call-overload]
            return f"没有可用的{role}审批人，没有提交。请联系系统管理员设置后再发一次"
        case "missing" if facts.get("what") in ("votes", "votes-named"):
            return STATES[str(facts["what"])].format(**facts)
        case "missing":
            return MISSING.get(str(facts.get("what")), INCOMPLETE).format(**{"number": "Q…", **facts})
        case "reminded":
            at = clock(facts["at"])  # type: ignore[arg-type]
            return f"{at} 已提醒过 {facts['approver']}，同一申请 4 小时内只提醒一次。急的话请直接联系对方"
        case code if code.startswith(evidence_words.PREFIX):
            return evidence_words.why(refusal)
        case "invalid":
            return "选的这一项不在可选范围内。请看刷新后的卡片，重选一次"
        case "own-request":
            return "自己发起的申请不能自己审批，要由别人决定。到哪一步了可发「时间轴」加申请号"
        case "rules-forbid":
            return f"规范不允许（{facts['scene']}）：{facts['because']}。没有取消，也没有通知任何人；发「规范」可看全文"
        case "rules-notify":
            return f"规范要求通知候选人（{facts['scene']}），不能选不通知。请改选通知候选人，再点一次"
        case "rules-keep":
            return f"规范要求保留候选人的资格（{facts['scene']}），不能选不保留。请改选保留，再点一次"
        case "rules-unit-not-found":
            return "没有找到这个单位，或不在你的范围内。只发「规范」看自己单位的"
        case "rules-version-not-found":
            return f"这个单位没有第 {facts['version']} 版规范。只发「规范」看现在是第几版"
        case "role-lost":
            return "你已不是这一级的审批人，不能再决定。请联系发起的 HR 撤回后重新提交；你的权限可发「权限 我」查看"
        case "may-not-cancel":
            return "你没有这个权限，没有取消任何面试：取消由各单位的 HR 办理。谁可以请发「权限 我」查看"
        case "candidates-own":
            return "这一步只能由候选人本人做，同事不能代办。请候选人自己回复；要由公司取消请发「取消」加姓名"
        case "left":
            return (
                "你已不在职，不能再办理。原来等你处理的，有人接手的已转交，没有人接手的已告诉管理员。"
                "如有误请联系系统管理员"
            )
        case "own-deputy":
            return "代理人要是另一个人。请发「代理人 我 姓名」"
        case "deputy-left":
            return f"{facts['who']} 已不在职，不能作代理人。请另选一位"
        case "deputy-administers":
            return f"{facts['who']} 是管理员或审计，不能代办审批。请另选一位"
        case "deputy-elsewhere":
            return "没有找到这个人，或不在同一个单位和它的上下级里，不能作代理人。请另选一位"
        case "no-role":
            return "这件事要由有权限的同事办理。请联系招聘负责人"
        case "not-allowed" if facts.get("what") == "not-proposer":
            number = facts["number"]
            return f"{number} 不是你提出的，只有提出人能撤回。轮到你审批的，可以发「驳回 {number} 原因」"
        case "not-allowed" if facts.get("permission") == READ:
            return "你没有这个权限，看不到候选人和面试。你能做什么可发「帮助」，谁可以看请发「权限 我」"
        case _:
            return "你没有这个权限。你能做什么可发「帮助」，谁可以办请发「权限 我」"


def _already(facts: dict[str, object]) -> str:
    at = facts.get("at")
    if facts["what"] == UNDER_WAY and facts.get("by"):
        since = f"（{clock(at)} 提出）" if isinstance(at, datetime) else ""
        return f"这场面试已在办理取消：申请 {facts['by']}{since}，未重复执行。到哪一步了可发「时间轴 {facts['by']}」"
    when = f"于 {clock(at)} " if isinstance(at, datetime) else ""
    by = f"{facts['by']} " if facts.get("by") else ""
    return f"{by}{when}{facts['what']}，未重复执行"
