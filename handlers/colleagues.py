"""Which colleague a name or staff key means; what is not one person is explained and nothing is done."""

from handlers.rights_words import explained
from handlers.routing import Context
from models import Employee
from workflow import access, outbox
from workflow.showing import plain

MOST_SHOWN = 9


async def named(context: Context, name: str) -> Employee | None:
    """Find the one active colleague of the same company with this name or key, or say why there is none."""
    found = await called(context, name)
    if len(found) == 1:
        return found[0]
    said = plain(name, 20)
    if found:
        people = "、".join(f"{plain(each.organisation.name)} · 工号 {plain(each.key)}" for each in found[:MOST_SHOWN])
        text = f"「{said}」有 {len(found)} 位：{people}。请把姓名换成工号重发。"
    else:
        text = f"没有找到「{said}」，或不在你的公司里。请写姓名全名或工号。"
    await outbox.say(context.act, context.account, explained(text, context.reference))
    return None


async def called(context: Context, name: str) -> list[Employee]:
    """Return every active colleague of the same company with this name or key."""
    top = (await context.employee.organisation).path.split("/")[0]
    there = Employee.filter(access.within([top]), active=True).order_by("key").prefetch_related("organisation")
    return [each async for each in there if name in (str(each.name), each.key)]
