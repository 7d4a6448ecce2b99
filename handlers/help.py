"""帮助: what one can type, with the reader's own unit; an unknown command gets the nearest known ones."""

from handlers import units
from handlers.reading.verbs import nearest
from handlers.routing import Context
from models import Role
from workflow import access, finding, outbox
from workflow.acting import local
from workflow.permissions import OTHER_KIND
from workflow.rights_words import name_of
from workflow.views import booking_seen

MOST_NAMED = 2  # administrators named as those to ask
FOR_HR = """我能帮你取消面试，一句话就够：
「取消 {name} {time} 原因 行程冲突」
也可以：
「查 姓名」看一场　「列表 明天」看一天（「更多」翻页）　「时间轴 Q…」看经过　「导出 Q…」下载　「证据包 Q…」下载全部证据
「显示 Y… 电话 原因 …」看一次完整的电话、姓名或邮箱
「撤销」后悔了（60 秒内）　「撤回 Q…」收回申请　「催办」提醒审批人　「评论 Q… 文字」留言　「算了」放下
「归档状态 Q…」　「完整性检查 2026」　「合规体检」　「重新归档 Q…」
「试算 姓名 原因 …」看一场取消要哪些审批，不提交　「规范」看取消规范
「已电话告知 Q…」打过电话了　「恢复 Y…」候选人又要来
「删除资料 Y… 依据 候选人要求」提请删除一位候选人的资料，由安全管理员审批
需要证明时，把截图、PDF 或 .eml 邮件直接发给我；「看证据 Q…」看一次已收的。"""
FOR_APPROVERS = """有申请时你会收到卡片，点一下即可。也可以打字：
「待我审批」看清单　「同意 1」「驳回 1 原因」「退回 1 要补什么」　「同意 全部低风险」一次办完
「同意 Q…」按申请号办　「时间轴 Q…」看经过　「看证据 Q…」看证明
「转交 Q… 姓名」请同事代为决定　「前加签 Q… 姓名」（后加签、并加签）多问一位　「退回 Q… 到 用人部门」
「评论 Q… 文字」说给一起办的人听，不算审批　「委托 姓名 至 周五17:00」不在时请人代审（「委托 取消」结束）
「绑定通行密钥」要本人确认的审批用它（「停用通行密钥」停用）"""
FOR_AUDITORS = """你可以看你审计的单位的预约（姓名隐去），不能改动：
「列表 本周」「查 姓名」「时间轴 Q…」看每一步的经过　「导出 Q…」下载成 PDF　「证据包 Q…」下载可核对的全部证据
「看证据 Q…」看一次证明
「审计检索 2026年 分管领导=姓名 原因=岗位暂停」找办过的取消
「保存查询 名称」存下刚才的检索　「查询 名称」再查一次　「查询」看有哪些
「完整性检查 {unit} 2026」缺什么　「合规体检 {unit}」打分并打印　「审批时效 本月」答复用多久　「归档状态 Q…」
「导出日志 单位 xlsx 用途 …」导出一个单位的日志，要另一人同意
「权限 姓名」看某人的权限和依据　「锚定」立即发存证码　「留存清单」看冻结的和到期的　「查 E…」查别人报来的编号"""
FOR_ADMINISTRATORS = """你可以管授权；候选人的资料你看不到。由你提出，另一类管理员审批：
「授权 姓名 HR {unit}」「授权 姓名 HR {unit} 至 2027-03-31」
「收回授权 姓名 HR {unit}」　「权限 姓名」看某人的权限和依据
「重置动态码 姓名 原因 手机丢失」（重置通行密钥也一样）　「绑定动态码」绑自己的
「待我审批」看等你审批的　「同意 1」「驳回 1 原因」　「撤回 S…」收回自己提出的
「规范」看现在的取消规范　「规范 对比 1 2」看两版的差别
「留存清单」看冻结的和到期的　「清理证明 L…」下载　「代理人 姓名 代理人姓名」替人指定代理人　「查 E…」查别人报来的编号
系统管理员：「规范 提交 {unit}」提出新规范，再发 YAML 文件　「锚定」立即发存证码
系统管理员：「清理 {unit} 全部到期」提出清理；安全管理员审批，也管「留存冻结 Q… 原因 …」「解除冻结 Q…」"""
FOR_EVERYBODY = """「权限 我」看自己的权限和依据　「代理人 我 姓名」指定代理人　「绑定」绑定另一个应用的账号
「简报」看今天等你办的　「简报 关」早上不再发（「简报 开」再发）"""
FOR_INTERVIEWERS = "你要面试的场次有变动时，我会第一时间告诉你。「列表 本周」看有哪些"
WITHOUT_ROLE = "你现在没有任何角色，在这里还办不了取消、审批和查询。{whom}"


async def help_for(context: Context) -> None:
    """Answer 帮助 with what this person can do."""
    roles = {role for role, _ in await access.grants_of(context.employee, context.act.now)}
    parts, unit = [], await units.example(context.employee, context.act.now)
    if Role.HR in roles:
        parts.append(FOR_HR.format(**await _example(context)))
    if roles & {Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER}:
        parts.append(FOR_APPROVERS)
    if Role.AUDITOR in roles:
        parts.append(FOR_AUDITORS.format(unit=unit))
    if roles & set(OTHER_KIND):
        parts.append(FOR_ADMINISTRATORS.format(unit=unit))
    if not parts and (Role.INTERVIEWER in roles or await finding.to_interview(context.employee)):
        parts.append(FOR_INTERVIEWERS)
    await outbox.say(
        context.act, context.account, "\n\n".join([*(parts or [await _without_role(context)]), FOR_EVERYBODY])
    )


async def _without_role(context: Context) -> str:
    """Say what is true of somebody who holds nothing, and who could change it."""
    unit = await context.employee.organisation
    people = await access.holders(Role.SYSTEM_ADMIN, unit, context.act.now)
    names = "、".join(name_of(each) for each in people[:MOST_NAMED])
    return WITHOUT_ROLE.format(whom=f"要开通请联系系统管理员{f' {names}' if names else ''}。")


async def _example(context: Context) -> dict[str, str]:
    mine = await finding.find(context.employee, access.CANCEL, context.act.now)
    if not mine:
        return {"name": "姓名", "time": "明天下午三点"}
    view = await booking_seen(mine[0], context.act)
    return {"name": view.name, "time": f"{local(view.starts_at):%m月%d日%H:%M}"}


async def unknown(context: Context) -> None:
    """Answer what was not understood with the nearest commands; nothing is carried out on a guess."""
    guesses = "、".join(f"「{each}」" for each in nearest(context.incoming.text))
    hint = f"你是想说 {guesses} 吗？" if guesses else ""
    text = f"没看懂，什么都没有做。{hint}发「帮助」看能做什么。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)
