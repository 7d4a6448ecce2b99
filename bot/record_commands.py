"""Commands about records that are over: their archive package, 完整性检查, 合规体检."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bot.exporting import Asking, Exported
    from workflow.completeness import Completeness

Load = Callable[[], Settings]
Print = Callable[[Any], None]
Export = Callable[[Path, str | None, Callable[["Asking"], Awaitable["Exported"]]], None]
As = Annotated[str, typer.Option("--as", help="以谁的权限，人员编号；不写就是操作员")]
Out = Annotated[Path, typer.Option(help="写到哪个文件")]
Org = Annotated[str, typer.Option(help="单位路径，例如 huachen/heavy；下级单位一起查")]


def add(audit: typer.Typer, export: typer.Typer, load: Load, show: Print, exported: Export) -> None:
    """Add the commands to `audit` and `export`; `load`, `show` and `exported` are what their other commands use."""

    @export.command(name="archive")
    def export_archive(number: Annotated[str, typer.Argument(help="申请号 Q…")], out: Out, person: As = "") -> None:
        """导出一件办结取消的归档包，和送给档案系统的一样；导出记入日志。"""
        from bot.archive_export import archive_zip

        exported(out, person or None, lambda by: archive_zip(by, number, out))

    @audit.command(name="completeness")
    def completeness(
        org: Org,
        year: Annotated[int, typer.Option(help="哪一年发起的，不写就是今年")] = 0,
        person: As = "",
        as_json: Annotated[bool, typer.Option("--json", help="标准输出只有一个 JSON")] = False,
    ) -> None:
        """完整性检查：每件需审批的取消，申请单、审批、通知、证明和日志齐不齐。退出码：0 没有缺口，1 有，2 没有查。"""
        from bot.examining import completeness_lines, completeness_of, year_of

        found = _asked(load, person or None, lambda by: completeness_of(by, org, year))
        if as_json:
            show(_as_json(found, year_of(found)))
        else:
            typer.echo("\n".join(completeness_lines(found)))
        raise typer.Exit(0 if found.whole else 1)

    @audit.command(name="checkup")
    def checkup(org: Org, out: Out, person: As = "") -> None:
        """合规体检：近 12 个月的得分、缺口和办法，写成带签名的 PDF。是自查，不是认证。"""
        from bot.examining import checkup_pdf

        exported(out, person or None, lambda by: checkup_pdf(by, org, out))


def _asked(load: Load, person: str | None, work: Callable[["Asking"], Awaitable["Completeness"]]) -> "Completeness":
    from bot.exporting import NotExported, asking

    try:
        return asyncio.run(asking(load(), person, work))
    except (NotExported, SettingsError) as wrong:
        typer.echo(f"没有检查：{wrong}", err=True)
        raise typer.Exit(2) from None


def _as_json(found: "Completeness", year: int) -> dict[str, object]:
    return {
        "ok": found.whole,
        "unit": found.unit.path,
        "year": year,
        "cases": len(found.cases),
        "gaps": [{"number": each.number, "unit": each.unit, "lacks": list(each.lacks)} for each in found.gaps],
        "logs": [
            {"log": each.log, "records": each.records, "first_bad": each.first_bad, "reason": each.reason}
            for each in found.logs
        ],
    }
