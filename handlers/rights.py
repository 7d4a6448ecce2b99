"""权限, 授权 and 收回授权: what somebody may do and why; an authorisation proposed by one administrator."""

from datetime import datetime

from handlers import delegations, picking
from handlers.reading.grammar import Command
from handlers.reading.granting import GrantWords, named_after_verb, read_grant
from handlers.reading.verbs import Verb
from handlers.rights_words import explained, told
from handlers.routing import Context
from models import Employee, GrantChangeKind, Organisation, Role
from workflow import access, outbox, rights
from workflow.acting import local
from workflow.errors import NotAllowed
from workflow.permissions import GRANT_PROPOSE, GRANT_READ, OTHER_KIND
from workflow.rights_views import rights_of
from workflow.rights_words import described, name_of
from workflow.showing import plain
from workflow.views import ROLE_LABELS

KIND = "rights"  # of the open question: which of several people is meant
MOST_LISTED = 9
MOST_UNITS = 20
KINDS = {
    Verb.GRANT: GrantChangeKind.GIVE,
    Verb.REVOKE: GrantChangeKind.WITHDRAW,
    Verb.RESET_CODE: GrantChangeKind.RESET,
    Verb.RESET_PASSKEY: GrantChangeKind.RESET_KEY,
}


async def show(context: Context, command: Command) -> None:
    """Answer 权限 我 and 权限 王芳: every role with what it allows and why, and who could do what one may not."""
    name = named_after_verb(context.incoming.text)
    if not name or name in (str(context.employee.name), context.employee.key):
        await _show(context, context.employee)
        return
    people = await _people(name, await _scopes(context, GRANT_READ))
    if len(people) == 1:
        await _show(context, people[0])
    elif people:
        await _ask(context, people, {"verb": str(command.verb)})
    else:
        await _say(context, _nobody(name))


async def _show(context: Context, employee: Employee) -> None:
    await employee.fetch_related("organisation")
    view = await rights_of(employee, context.act.now)
    lines = await delegations.lines_of(context, employee)
    may = await access.may(context.employee, GRANT_PROPOSE, employee.organisation, context.act.now)
    text = told(view, own=employee.id == context.employee.id, may_propose=may) + "".join(lines)
    await outbox.say(context.act, context.account, text)


async def propose(context: Context, command: Command) -> None:
    """Answer 授权 and 收回授权: what is understood goes to the other administrator, what is not is explained."""
    scopes = await _scopes(context, GRANT_PROPOSE)
    said = read_grant(context.incoming.text, local(context.act.now))
    unit, names = await _unit(said.words, scopes)
    people = await _people(names[0], scopes) if len(names) == 1 else []
    if missing := await _missing(command, said, unit, names, scopes):
        await _say(context, missing)
    elif not people:
        await _say(context, _nobody(names[0]))
    elif unit is not None:
        wish = _wish(command, said, unit)
        if len(people) > 1:
            await _ask(context, people, wish)
        else:
            await _propose(context, people[0], wish)


async def reset_proof(context: Context, command: Command) -> None:
    """Answer 重置动态码 (or 重置通行密钥) 李娜 原因 手机丢失: it goes to the other administrator, who decides."""
    scopes = await _scopes(context, GRANT_PROPOSE)
    name, _, reason = (each.strip(" ，,：:") for each in command.rest.partition("原因"))
    people = await _people(name, scopes) if name else []
    if not name:
        await _say(context, "请写姓名或工号和原因，例如「" + str(command.verb) + " 李娜 原因 手机丢失」。")
    elif not people:
        await _say(context, _nobody(name))
    else:
        wish = {"verb": str(command.verb), "role": str(Role.SYSTEM_ADMIN), "unit": "", "until": "", "reason": reason}
        await (_propose(context, people[0], wish) if len(people) == 1 else _ask(context, people, wish))


def _wish(command: Command, said: GrantWords, unit: Organisation) -> dict[str, str]:
    until = said.until.isoformat() if said.until else ""
    return {"verb": str(command.verb), "role": said.role, "unit": unit.path, "until": until, "reason": said.reason}


async def _missing(
    command: Command, said: GrantWords, unit: Organisation | None, names: list[str], scopes: list[str]
) -> str:
    """Say what has to be written yet, with the list to choose from; nothing when all is there."""
    example = f"例如「{command.verb} 姓名 HR {await _example(scopes)}」。"
    if said.problem:
        return said.problem
    if not said.role:
        roles = "、".join(label for role, label in ROLE_LABELS.items() if role in Role)
        return f"没看懂是哪个角色，可写：{roles}。{example}"
    if unit is None:
        units = "、".join(f"{plain(each.name)}（{each.path}）" for each in await _units(scopes))
        return f"没看懂是哪个单位，你能办的有：{units}。{example}"
    if len(names) != 1:
        return f"一次办一位：请写一个人的姓名或工号。{example}"
    return ""


async def _example(scopes: list[str]) -> str:
    return next((plain(each.name) for each in reversed(await _units(scopes))), "")


async def _units(scopes: list[str]) -> list[Organisation]:
    return list(await Organisation.filter(access.within(scopes, "")).order_by("path").limit(MOST_UNITS))


async def _unit(words: tuple[str, ...], scopes: list[str]) -> tuple[Organisation | None, list[str]]:
    """Find the one unit that a word names by its name or path; the other words are left."""
    for word in words:
        named = Organisation.filter(access.within(scopes, ""))
        found = await named.filter(path=word) or await named.filter(name=word)
        if len(found) == 1:
            return found[0], [each for each in words if each != word]
    return None, list(words)


async def _people(name: str, scopes: list[str]) -> list[Employee]:
    """Find the employees of these units who have this name or this staff number; names are sealed, so all are read."""
    there = Employee.filter(access.within(scopes)).order_by("key").prefetch_related("organisation")
    return [each async for each in there if name in (str(each.name), each.key)]


def _nobody(name: str) -> str:
    return f"没有找到「{plain(name, 20)}」，或不在你的范围内。请写姓名全名或工号。"


async def _ask(context: Context, people: list[Employee], wish: dict[str, str]) -> None:
    shown = people[:MOST_LISTED]
    lines = [
        f"{place}　{name_of(each)} · {plain(each.organisation.name)} · 工号 {plain(each.key)}"
        for place, each in enumerate(shown, start=1)
    ]
    await picking.ask(context, KIND, [str(each.id) for each in shown], {"wish": wish})
    tail = f"回复 {picking.up_to(len(shown))}，或把姓名换成工号重发（2 分钟内有效）。发「算了」放下。"
    await outbox.say(
        context.act, context.account, "\n".join([f"找到 {len(shown)} 位「{name_of(shown[0])}」，请选：", *lines, tail])
    )


async def chosen(context: Context, employee_id: str, wish: object) -> None:
    """Go on with the person who was chosen by their number; the right is asked again."""
    assert isinstance(wish, dict)
    await picking.drop(context)
    employee = await Employee.get(id=employee_id).prefetch_related("organisation")
    permission = GRANT_READ if wish["verb"] == Verb.PERMISSIONS else GRANT_PROPOSE
    await access.require(context.act, permission, employee.organisation)
    if wish["verb"] == Verb.PERMISSIONS:
        await _show(context, employee)
    else:
        await _propose(context, employee, wish)


async def _propose(context: Context, employee: Employee, wish: dict[str, str]) -> None:
    unit = await Organisation.get(path=wish["unit"]) if wish["unit"] else await employee.organisation
    until = datetime.fromisoformat(wish["until"]) if wish["until"] else None
    kind = KINDS[Verb(wish["verb"])]
    wanted = rights.Wanted(kind, employee, Role(wish["role"]), unit, until, wish["reason"])
    change = await rights.propose(context.act, wanted)
    asked = await rights.deciders(change, context.act.now)
    label = ROLE_LABELS[OTHER_KIND[change.proposer_role]]
    names = "、".join(name_of(each) for each in asked)
    days = rights.PROPOSAL_LASTS.days
    text = f"已交 {names}（{label}）审批：{described(change)}。编号 {change.number}，{days} 天内没有处理会自动过期。"
    await outbox.say(context.act, context.account, text)


async def _scopes(context: Context, permission: str) -> list[str]:
    found = await access.scopes(context.employee, permission, context.act.now)
    if not found:
        raise NotAllowed(permission=permission)
    return found


async def _say(context: Context, text: str) -> None:
    await outbox.say(context.act, context.account, explained(text, context.reference))
