"""`python -m bot policy …`: read, explain, replay and propose the rules of a unit."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.command_settings import Json, loaded, show_json
from bot.export_cli import AsOrOperator

if TYPE_CHECKING:
    from models.store import Store
    from workflow.acting import Act
    from workflow.log_periods import Period

T = TypeVar("T")
policy = typer.Typer(no_args_is_help=True, help="取消规范。")
Org = Annotated[str, typer.Option(help="单位路径，例如 huachen/heavy")]
Reason = Annotated[str, typer.Option(help="原因代码，例如 position_paused")]


@policy.command()
def show(
    org: Org,
    version: Annotated[str, typer.Option(help="v2、一个 YAML 文件，或不写：现在的")] = "",
    person: AsOrOperator = "",
    as_json: Json = False,
) -> None:
    """打印规范全文；写文件就先检查它，指出每一处错。退出码 2：没有，或文件有错。"""
    from bot import policy_command

    unit, rules = _done(person, lambda act, _: policy_command.shown(act, org, version))
    if as_json:
        show_json({"version": rules.version, "digest": rules.digest, "document": dict(rules.document)})
    else:
        typer.echo(policy_command.as_text(unit, rules))


@policy.command()
def diff(
    org: Org,
    old: Annotated[str, typer.Argument(help="v1 或文件")],
    new: Annotated[str, typer.Argument(help="v2 或文件")],
    person: AsOrOperator = "",
) -> None:
    """两版规范的差别。退出码：0 相同，1 不同，2 没有比。"""
    from bot import policy_command

    lines = _done(person, lambda act, _: policy_command.compared(act, org, old, new))
    typer.echo("\n".join(lines or ["两版的内容相同。"]))
    raise typer.Exit(1 if lines else 0)


@policy.command()
def explain(
    number: Annotated[str, typer.Argument(help="预约号 Y…：现在会怎么判；申请号 Q…：当时为什么这么判")],
    reason: Reason = "",
    person: AsOrOperator = "",
) -> None:
    """逐条说明一件取消为什么这么判；什么都不会提交。退出码 2：没有这一件。"""
    from bot import policy_command

    typer.echo("\n".join(_done(person, lambda act, _: policy_command.why_of(act, number, reason))))


@policy.command()
def replay(
    org: Org,
    against: Annotated[str, typer.Option(help="用哪一版：v4 或 YAML 文件；不写就是现在的")] = "",
    since: Annotated[str, typer.Option("--from", help="从哪天提交的起，2026-11-01")] = "",
    until: Annotated[str, typer.Option("--to", help="到哪天为止（含）")] = "",
    person: AsOrOperator = "",
    as_json: Json = False,
) -> None:
    """过去的案件按另一版规范会怎么判。退出码：0 结果都相同，1 有不同的，2 没有重放。"""
    from bot import policy_command

    period = _period(since, until)
    rules, found = _done(person, lambda act, _: policy_command.replayed(act, org, period, against))
    if as_json:
        show_json(policy_command.replay_json(rules, found))
    else:
        typer.echo("\n".join(policy_command.replay_lines(rules, found)))
    raise typer.Exit(1 if found.changed or found.false else 0)


@policy.command()
def propose(
    org: Org,
    file: Annotated[Path, typer.Argument(help="YAML 文件（docs/rules.md）")],
    person: Annotated[str, typer.Option("--as", help="系统管理员的人员编号，例如 zhoukai")],
    since: Annotated[str, typer.Option("--effective", help="从哪天起生效，2026-12-01；不写就是同意之时")] = "",
) -> None:
    """提出规范的新版本，由安全管理员在卡片上或发「同意 R…」决定。退出码 2：没有提出。"""
    from bot import policy_command
    from workflow.rules_words import counts, described

    begins = _period(since, "").since
    version = _done(person, lambda act, store: policy_command.proposed(act, store, org, file, begins))
    typer.echo(f"已提出 {described(version)}，编号 {version.number}。重放：{counts(version.replayed)}")


def _period(since: str, until: str) -> "Period":
    from workflow.log_periods import days

    try:
        return days(since, until)
    except ValueError:
        raise typer.BadParameter("应为日期，例如 2026-11-01") from None


def _done(person: str, work: "Callable[[Act, Store], Awaitable[T]]") -> T:
    from bot.policy_command import NotDone, acting

    try:
        return asyncio.run(acting(loaded(), person, work))
    except NotDone as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
