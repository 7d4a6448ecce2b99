"""What of a 合规体检 only the running installation can see: keys, backup, clock, retention (S84)."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from bot.settings import Settings
from models import AuditRecord, Organisation, backup
from models.migrating import sqlite_path
from workflow.checkup import Seen
from workflow.lines import read

OURS_ALONE = 0o077  # nobody else may read a key
BACKUP_WITHIN = timedelta(days=8)
MOST_OFF_S = 30
LOOKS_AT = 200  # records: those written at the command line know of no platform's time
RECORDS, AUDIT = 3, 5  # years that may not be undercut


async def seen(settings: Settings, unit: Organisation, now: datetime) -> list[Seen]:
    """Look at the installation and return what is in order and what is not."""
    kept = await asyncio.to_thread(_backup, settings, now)  # it reads the whole copy
    return [_keys(settings), kept, await _clock(unit), _retention(settings)]


def _keys(settings: Settings) -> Seen:
    files = [*settings.vault_files.values(), settings.signing_key_file]
    bad = [f"{file.name} {wrong}" for file in files if (wrong := _wrong_with(file))]
    return Seen("keys", len(files), tuple(bad), "密钥文件只有本程序的用户能读" if not bad else "")


def _wrong_with(file: Path) -> str:
    if not file.is_file():
        return "不存在"
    return "别的用户也能读，请改成 0600" if file.stat().st_mode & OURS_ALONE else ""


def _backup(settings: Settings, now: datetime) -> Seen:
    """Look for a copy of the database that can be read back; of PostgreSQL nothing can be seen from here."""
    if sqlite_path(settings.database.url) is None:
        return Seen("backup", 1, ("PostgreSQL 的备份这里看不到，请出示备份记录",))
    folder = settings.home / "backups"
    newest = backup.newest(folder)
    if newest is None:
        others = folder.is_dir() and any(folder.iterdir())
        return Seen("backup", 1, (f"{folder.name}/ 里没有{'打得开的' if others else ''}备份",))
    age = now.timestamp() - newest.stat().st_mtime
    bad = (f"最近一次打得开的备份在 {int(age // 86400)} 天前",) if age > BACKUP_WITHIN.total_seconds() else ()
    return Seen("backup", 1, bad, f"8 天内有备份，打得开：{newest.name}" if not bad else "")


async def _clock(unit: Organisation) -> Seen:
    """Read from the unit's newest record that knows it how far this machine was from a platform's clock."""
    newest = AuditRecord.filter(log=unit.origin).order_by("-seq").limit(LOOKS_AT)
    lines = [read(str(line)) or {} for line in await newest.values_list("line", flat=True)]  # a broken one says nothing
    known = [line.get("clk", {}).get("off_ms") for line in lines]
    off = next((each for each in known if isinstance(each, int)), None)
    if off is None:
        return Seen("clock", 1, ("没有和平台的时间对过",))
    bad = (f"和平台的时间差 {abs(off) // 1000} 秒",) if abs(off) > MOST_OFF_S * 1000 else ()
    return Seen("clock", 1, bad, f"和平台的时间差 {abs(off)} 毫秒" if not bad else "")


def _retention(settings: Settings) -> Seen:
    kept = settings.retention
    short = kept.records_years < RECORDS or kept.audit_years < AUDIT
    said = f"业务记录 {kept.records_years} 年，审计记录 {kept.audit_years} 年"
    return Seen("retention", 1, (said,) if short else (), said)
