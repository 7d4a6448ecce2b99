"""`python -m bot export …`: the log of a unit, one case, its archive package; each export is on record itself."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.command_settings import loaded
from bot.settings import SettingsError

if TYPE_CHECKING:
    from bot.exporting import Asking, Exported
    from workflow.log_periods import Period

export = typer.Typer(no_args_is_help=True, help="导出。")
As = Annotated[str, typer.Option("--as", help="以谁的权限，人员编号，例如 sunjing")]
AsOrOperator = Annotated[str, typer.Option("--as", help="以谁的权限，人员编号；不写就是操作员")]
Operator = Annotated[bool, typer.Option("--operator", help="以操作员的身份：不显示姓名，不带证明材料")]
ApprovedBy = Annotated[str, typer.Option(help="同意的编号 X…：以某人的权限导出很多、或已导出很多时要有")]
Out = Annotated[Path, typer.Option(help="写到哪个文件")]


@export.command(name="audit")
def export_audit(
    org: Annotated[str, typer.Option(help="单位路径，例如 huachen/net；shouyue 是不属于任何单位的那一本")],
    out: Out,
    format_: Annotated[
        str, typer.Option("--format", help="jsonl 只有记录，pack 是可以独立核对的 zip，pdf 给人看，xlsx 给表格软件")
    ] = "jsonl",
    since: Annotated[str, typer.Option("--from", help="从哪天起，2026-11-01；只用于 pdf 和 xlsx")] = "",
    until: Annotated[str, typer.Option("--to", help="到哪天为止（含），2026-11-30；只用于 pdf 和 xlsx")] = "",
    person: AsOrOperator = "",
    approved_by: ApprovedBy = "",
) -> None:
    """按单位导出审计日志；jsonl 逐字节不变。"""
    from bot import exporting, whole_logs

    whole = {"jsonl": whole_logs.log_lines, "pack": whole_logs.log_pack}
    printed = {"pdf": exporting.log_pdf, "xlsx": exporting.log_xlsx}
    if format_ in printed:
        period = _period(since, until)
        exported(out, person or None, lambda by: printed[format_](by, org, period, out), approved_by)
        return
    if format_ not in whole:
        raise typer.BadParameter("jsonl、pack、pdf 或 xlsx", param_hint="--format")
    if since or until:
        raise typer.BadParameter("--from 和 --to 只用于 pdf 和 xlsx")
    exported(out, person or None, lambda by: whole[format_](by, org, out), approved_by)


def _period(since: str, until: str) -> "Period":
    """Read the days of --from and --to, both included, on the calendar of Asia/Shanghai."""
    from workflow.log_periods import days

    try:
        return days(since, until)
    except ValueError:
        raise typer.BadParameter("应为日期，例如 2026-11-01", param_hint="--from / --to") from None


def exported(
    out: Path,
    person: str | None,
    work: Callable[["Asking"], Awaitable["Exported"]],
    approval: str = "",
    not_done: str = "没有导出",
) -> None:
    """Do an export and say what it was; exit code 2 and `not_done` when nothing was exported."""
    from bot.exporting import NotExported, asking

    try:
        done = asyncio.run(asking(loaded(), person, work, approval))
    except OSError as wrong:
        typer.echo(f"{not_done}：写不到 {out}（{wrong.strerror}）", err=True)
        raise typer.Exit(2) from None
    except (NotExported, SettingsError) as wrong:
        typer.echo(f"{not_done}：{wrong}", err=True)
        raise typer.Exit(2) from None
    typer.echo(done.said(out), err=True)
    for warning in done.warnings:
        typer.echo(f"注意：{warning}", err=True)


@export.command(name="case")
def export_case(
    number: Annotated[str, typer.Argument(help="申请号 Q… 或预约号 Y…")],
    out: Out,
    person: As = "",
    operator: Operator = False,
    format_: Annotated[str, typer.Option("--format", help="pack 是可以独立核对的证据包 zip，pdf 只有时间轴")] = "pack",
    approved_by: ApprovedBy = "",
) -> None:
    """导出一件取消的证据包或时间轴；导出本身先记入日志。"""
    from bot.case_pack import case_pack
    from bot.exporting import case_pdf

    writers = {"pack": case_pack, "pdf": case_pdf}
    if format_ not in writers:
        raise typer.BadParameter("pack 或 pdf", param_hint="--format")
    exported(out, who(person, operator), lambda by: writers[format_](by, number, out), approved_by)


def who(person: str, operator: bool) -> str | None:
    """Return whose rights are asked for; None for the operator's, who sees the least."""
    if person and operator:
        raise typer.BadParameter("--as 和 --operator 只能写一个；都不写就是操作员")
    return person or None


@export.command(name="archive")
def export_archive(
    number: Annotated[str, typer.Argument(help="申请号 Q…")],
    out: Out,
    person: AsOrOperator = "",
    approved_by: ApprovedBy = "",
) -> None:
    """导出一件办结取消的归档包，和送给档案系统的一样；导出记入日志。"""
    from bot.archive_export import archive_zip

    exported(out, person or None, lambda by: archive_zip(by, number, out), approved_by, "没有导出归档包")
