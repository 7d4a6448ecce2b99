"""帮助: who one is, what one can type, with live examples; an unknown command gets the nearest known ones."""

from handlers.reading.verbs import nearest
from handlers.routing import Context
from models import Role
from workflow import access, finding, outbox
from workflow.acting import local
from workflow.views import booking_view

FOR_HR = """我能帮你取消面试，一句话就够：
「取消 {name} {time} 原因 行程冲突」
也可以：
「查 张伟」看一场　「列表 明天」看一天　「时间轴 Q…」看经过
「撤销」后悔了（60 秒内）　「撤回 Q…」收回申请　「算了」放下
需要证明时，把截图或 PDF 直接发给我。"""
FOR_APPROVERS = """有申请时你会收到卡片，点一下即可。也可以打字：
「待我审批」看清单　「同意 1」「驳回 1 原因」「退回 1 要补什么」
「同意 Q…」按申请号办　「时间轴 Q…」看经过"""
FOR_AUDITORS = "你可以看全集团的预约，不能改动：\n「列表 本周」「查 张伟」「时间轴 Q…」看每一步的经过"
FOR_OTHERS = "面试有变动时，我会第一时间告诉你。"


async def help_for(context: Context) -> None:
    """Answer 帮助 with what this person can do."""
    roles = {role for role, _ in await access.grants_of(context.employee)}
    parts = []
    if Role.HR in roles:
        parts.append(FOR_HR.format(**await _example(context)))
    if roles & {Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER}:
        parts.append(FOR_APPROVERS)
    if Role.AUDITOR in roles:
        parts.append(FOR_AUDITORS)
    await outbox.say(context.act, context.account, "\n\n".join(parts) or FOR_OTHERS)


async def _example(context: Context) -> dict[str, str]:
    mine = await finding.find(context.employee, access.CANCEL)
    if not mine:
        return {"name": "张伟", "time": "明天下午三点"}
    view = booking_view(mine[0])
    return {"name": view.name, "time": f"{local(view.starts_at):%m月%d日%H:%M}"}


async def unknown(context: Context) -> None:
    """Answer what was not understood with the nearest commands; nothing is carried out on a guess."""
    guesses = "、".join(f"「{each}」" for each in nearest(context.incoming.text))
    hint = f"你是想说 {guesses} 吗？" if guesses else ""
    text = f"没看懂，什么都没有做。{hint}发「帮助」看能做什么。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)
