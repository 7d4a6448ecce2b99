"""`python -m bot import`: from the file's name to the report, beside whatever else is running."""

from dataclasses import dataclass
from pathlib import Path

from tortoise.exceptions import OperationalError

from bot.auditing import with_store
from bot.clock import Clock
from bot.importing import mapping as mappings
from bot.importing import rejects
from bot.importing.importer import Company, Importer, Progress
from bot.importing.reading import Table, read_table
from bot.importing.report import Finding, Report, Unreadable
from bot.settings import Settings, SettingsError
from models.store import Store
from workflow.acting import Act

SHOWN = 20  # findings printed for people; all of them are in --json, all rejected rows in --errors


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    file: Path
    mapping: Path | None = None
    errors: Path | None = None
    dry_run: bool = False


async def import_file(settings: Settings, options: Options, progress: Progress = lambda done, of: None) -> Report:
    """Import one file and write the errors file, or raise Unreadable."""
    mapping = mappings.load(options.mapping) if options.mapping else mappings.Mapping()
    table = read_table(options.file)
    fitted = mapping.fitted(table.header)
    if options.errors and options.errors.absolute() in (
        options.file.absolute(),
        (options.mapping or Path()).absolute(),
    ):
        raise Unreadable("--errors 不能是要导入的文件本身")
    report = await _in_store(settings, table, fitted, options.dry_run, progress)
    if options.errors:
        rejects.write(options.errors, table, report)
    return report


async def _in_store(
    settings: Settings, table: Table, mapping: mappings.Mapping, dry_run: bool, progress: Progress
) -> Report:
    clock = Clock.of(settings)

    async def work(store: Store) -> Report:
        act = Act(clock.now(), "import", "operator", source=table.digest)
        importer = Importer(None if dry_run else store, act, await Company.load(), progress)
        return await importer.run(table, mapping)

    _check_there(settings.database.url)
    try:
        return await with_store(settings, work)
    except SettingsError as wrong:
        raise Unreadable(str(wrong)) from None
    except OperationalError as wrong:
        if "no such table" in str(wrong) or "does not exist" in str(wrong):
            raise Unreadable("数据库还没有建好，先运行 python -m bot setup") from None
        raise


def _check_there(url: str) -> None:
    """Refuse before an empty SQLite file is made by opening it."""
    if url.startswith("sqlite://") and not Path(url.removeprefix("sqlite://")).exists():
        raise Unreadable("还没有数据库，先运行 python -m bot setup")


def told(report: Report, dry_run: bool) -> list[str]:
    """Word the report for people, a line each."""
    lines = [
        f"{'试运行，什么都没有写入。' if dry_run else ''}共 {report.rows} 行：新增 {report.imported}，"
        f"更新 {report.updated}，未导入 {report.rejected}"
    ]
    lines += _listed("未导入", report.errors) + _listed("请核对", report.warnings)
    return lines


def _listed(title: str, findings: list[Finding]) -> list[str]:
    ordered = sorted(findings, key=lambda each: each.row)
    lines = [f"  {title} · 第 {each.row} 行 {each.column}：{each.message}（{each.code}）" for each in ordered[:SHOWN]]
    return lines + ([f"  …还有 {len(ordered) - SHOWN} 条"] if len(ordered) > SHOWN else [])
