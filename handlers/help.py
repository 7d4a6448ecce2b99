"""帮助: who one is, what one can type, with live examples; an unknown command gets the nearest known ones."""

from handlers.reading.verbs import nearest
from handlers.routing import Context
from models import Role
from workflow import access, finding, outbox
from workflow.acting import local
from workflow.permissions import OTHER_KIND
from workflow.views import booking_seen

FOR_HR = """我能帮你取消面试，一句话就够：
「取消 {name} {time} 原因 行程冲突」
也可以：
「查 张伟」看一场　「列表 明天」看一天（「更多」翻页）　「时间轴 Q…」看经过　「导出 Q…」下载　「证据包 Q…」下载全部证据
「显示 Y… 电话 原因 …」看一次完整的电话、姓名或邮箱
「撤销」后悔了（60 秒内）　「撤回 Q…」收回申请　「算了」放下
「归档状态 Q…」　「完整性检查 2026」　「合规体检」
「试算 姓名 原因 …」看一场取消要哪些审批，不提交
「删除资料 Y… 依据 候选人要求」提请删除一位候选人的资料，由安全管理员审批
需要证明时，把截图、PDF 或 .eml 邮件直接发给我；「看证据 Q…」看一次已收的。"""
FOR_APPROVERS = """有申请时你会收到卡片，点一下即可。也可以打字：
「待我审批」看清单　「同意 1」「驳回 1 原因」「退回 1 要补什么」
「同意 Q…」按申请号办　「时间轴 Q…」看经过　「看证据 Q…」看证明
「转交 Q… 李娜」请同事代为决定　「前加签 Q… 李娜」（后加签、并加签）多问一位　「退回 Q… 到 用人部门」
「委托 李娜 至 周五17:00」不在时请人代审（「委托 取消」结束）"""
FOR_AUDITORS = """你可以看全集团的预约，不能改动：
「列表 本周」「查 张伟」「时间轴 Q…」看每一步的经过　「导出 Q…」下载成 PDF　「证据包 Q…」下载可核对的全部证据
「看证据 Q…」看一次证明
「审计检索 2026年 分管领导=赵国强 原因=岗位暂停」找办过的取消
「保存查询 名称」存下刚才的检索　「查询 名称」再查一次　「查询」看有哪些
「完整性检查 华辰重工 2026」缺什么　「合规体检 华辰重工」打分并打印　「归档状态 Q…」
「导出日志 单位 xlsx 用途 …」导出一个单位的日志，要另一人同意
「权限 王芳」看某人的权限和依据　「锚定」立即发存证码"""
FOR_ADMINISTRATORS = """你可以管授权；候选人的资料你看不到。由你提出，另一类管理员审批：
「授权 王芳 HR 华辰互联」「授权 王芳 HR 华辰互联 至 2027-03-31」
「收回授权 王芳 HR 华辰互联」　「权限 王芳」看某人的权限和依据
「重置动态码 王芳 原因 手机丢失」　「绑定动态码」绑自己的
「待我审批」看等你审批的　「同意 1」「驳回 1 原因」
「规范」看现在的取消规范　「规范 对比 1 2」看两版的差别
「留存清单」看冻结的和到期的　「清理证明 L…」下载　「代理人 王芳 李娜」指定王芳的代理人
系统管理员：「清理 华辰互联 全部到期」提出清理；安全管理员审批，也管「留存冻结 Q… 原因 …」「解除冻结 Q…」"""
FOR_EVERYBODY = "「权限 我」看自己的权限和依据　「代理人 我 姓名」指定代理人　「绑定」绑定另一个应用的账号"
FOR_OTHERS = "面试有变动时，我会第一时间告诉你。"


async def help_for(context: Context) -> None:
    """Answer 帮助 with what this person can do."""
    roles = {role for role, _ in await access.grants_of(context.employee, context.act.now)}
    parts = []
    if Role.HR in roles:
        parts.append(FOR_HR.format(**await _example(context)))
    if roles & {Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER}:
        parts.append(FOR_APPROVERS)
    if Role.AUDITOR in roles:
        parts.append(FOR_AUDITORS)
    if roles & set(OTHER_KIND):
        parts.append(FOR_ADMINISTRATORS)
    await outbox.say(context.act, context.account, "\n\n".join([*(parts or [FOR_OTHERS]), FOR_EVERYBODY]))


async def _example(context: Context) -> dict[str, str]:
    mine = await finding.find(context.employee, access.CANCEL, context.act.now)
    if not mine:
        return {"name": "张伟", "time": "明天下午三点"}
    view = await booking_seen(mine[0], context.act)
    return {"name": view.name, "time": f"{local(view.starts_at):%m月%d日%H:%M}"}


async def unknown(context: Context) -> None:
    """Answer what was not understood with the nearest commands; nothing is carried out on a guess."""
    guesses = "、".join(f"「{each}」" for each in nearest(context.incoming.text))
    hint = f"你是想说 {guesses} 吗？" if guesses else ""
    text = f"没看懂，什么都没有做。{hint}发「帮助」看能做什么。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)
