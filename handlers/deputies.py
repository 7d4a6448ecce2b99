"""代理人: who takes over one's open approvals on leaving; shown, named, or named for somebody by an administrator."""

from handlers.reading.deputies import DeputyWords, read_deputy
from handlers.reading.grammar import Command
from handlers.rights_words import explained
from handlers.routing import Context
from models import Employee
from workflow import access, deputies, deputising, outbox
from workflow.acting import local
from workflow.errors import NotAllowed
from workflow.permissions import DIRECTORY_MANAGE
from workflow.rights_words import last_day, name_of
from workflow.showing import plain

HOW = "请发「代理人 我 姓名」，有期限的写「代理人 我 姓名 到 2027-03-31」，不要代理人了发「代理人 我 无」。"
HOW_FOR_OTHERS = "系统管理员给别人指定，请发「代理人 成员姓名 代理人姓名」。"


async def typed(context: Context, command: Command) -> None:
    """Answer 代理人 with who it is, or name another."""
    said = read_deputy(context.incoming.text, local(context.act.now))
    if said.problem:
        await _explain(context, f"{said.problem}{HOW}{HOW_FOR_OTHERS}")
    elif not said.who and not said.clears:
        await _show(context)
    else:
        await _set(context, said)


async def _show(context: Context) -> None:
    deputy = await deputies.deputy_of(context.employee, context.act.now)
    who = f"你的代理人是 {name_of(deputy)}。" if deputy else "你没有代理人。"
    about = (
        "你离职时，等你审批的会转给代理人；没有代理人就转给同一角色的下一位。"
        "规范写了时限的，到时限你还没有答复，也请代理人一并审批。"
    )
    await outbox.say(context.act, context.account, f"{who}{about}{HOW}")


async def _set(context: Context, said: DeputyWords) -> None:
    scopes = await access.scopes(context.employee, DIRECTORY_MANAGE, context.act.now)
    if said.whose and not scopes:
        raise NotAllowed(permission=DIRECTORY_MANAGE)
    whose = await _one(context, said.whose, scopes) if said.whose else context.employee
    top = (await context.employee.organisation).path.split("/")[0]
    deputy = await _one(context, said.who, [top], near=whose) if said.who and whose else None
    if whose is None or (said.who and deputy is None):
        return
    await deputising.set_deputy(context.act, whose, deputy, said.until)
    who = "你" if whose.id == context.employee.id else f" {name_of(whose)} "
    until = f"，有效至 {last_day(said.until)}" if said.until and deputy else ""
    text = f"已指定 {name_of(deputy)} 作{who}的代理人{until}。" if deputy else f"{who.lstrip()}现在没有代理人。"
    await outbox.say(context.act, context.account, text)


async def _one(context: Context, name: str, scopes: list[str], near: Employee | None = None) -> Employee | None:
    """Find the one employee with this name or staff key; what is not one is explained.

    With `near` only people of that person's line are known: another branch's are as absent as none.
    """
    there = Employee.filter(access.within(scopes), active=True).order_by("key").prefetch_related("organisation")
    found = [each async for each in there if name in (str(each.name), each.key)]
    found = [each for each in found if near is None or await deputies.on_one_line(near, each)]
    if len(found) == 1:
        return found[0]
    if found:
        people = "、".join(f"{plain(each.organisation.name)} · 工号 {plain(each.key)}" for each in found[:9])
        await _explain(context, f"「{plain(name, 20)}」有 {len(found)} 位：{people}。请把姓名换成工号重发。")
    else:
        await _explain(context, f"没有找到「{plain(name, 20)}」，或不在你的范围内。请写姓名全名或工号。")
    return None


async def _explain(context: Context, text: str) -> None:
    await outbox.say(context.act, context.account, explained(text, context.reference))
