"""`bot directory import` and `bot directory read`: the directory from a file, and from the platforms at once."""

import csv
import io
from pathlib import Path

from bot.auditing import with_store
from bot.clock import Clock
from bot.directory import Directories, sources
from bot.settings import Settings
from bot.wires import wires
from models import Organisation, Platform
from models.store import Store
from platforms.errors import PlatformError
from platforms.http import Http
from workflow.directory import Person

REQUIRED = ("platform", "userid", "name", "organisation")
OPTIONAL = ("staff_number", "leads")
YES = ("1", "true", "yes", "是")


class NotRead(Exception):
    """Nothing was changed; the text says why."""


def people_in(file: Path) -> dict[Platform, list[Person]]:
    """Read a CSV in UTF-8 or GB 18030; one bad row and nothing is believed, as what is missing would have left."""
    rows = csv.DictReader(io.StringIO(_text(file)))
    columns = [each.strip() for each in rows.fieldnames or ()]
    missing = [each for each in REQUIRED if each not in columns]
    unknown = [each for each in columns if each not in REQUIRED + OPTIONAL]
    if missing or unknown:
        what = "、".join(missing) or "、".join(unknown)
        raise NotRead(
            f"{'缺少' if missing else '不认识'}列 {what}；要有 {'、'.join(REQUIRED)}，可有 {'、'.join(OPTIONAL)}"
        )
    found: dict[Platform, list[Person]] = {}
    for number, row in enumerate(rows, start=2):
        platform, person = _person(number, {str(key).strip(): (value or "").strip() for key, value in row.items()})
        found.setdefault(platform, []).append(person)
    if not found:
        raise NotRead("文件里没有人")
    return found


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as wrong:
        raise NotRead(f"打不开 {file}（{wrong.strerror}）") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotRead("文件不是 UTF-8，也不是 GBK")


def _person(number: int, row: dict[str, str]) -> tuple[Platform, Person]:
    blank = [each for each in REQUIRED if not row.get(each)]
    if blank:
        raise NotRead(f"第 {number} 行缺少 {'、'.join(blank)}")
    if row["platform"] not in (Platform.DINGTALK, Platform.WECOM):
        raise NotRead(f"第 {number} 行的 platform 要是 dingtalk 或 wecom")
    leads = row.get("leads", "").lower() in YES
    person = Person(row["userid"], row["name"], row["organisation"], row.get("staff_number", ""), leads)
    return Platform(row["platform"]), person


async def import_people(settings: Settings, file: Path) -> int:
    """Make things be as a file says; returns how many people changed, or raises NotRead."""
    found = people_in(file)

    async def work(store: Store) -> int:
        known = set(await Organisation.all().values_list("path", flat=True))
        strange = sorted({each.unit for people in found.values() for each in people} - known)
        if strange:
            raise NotRead(f"没有这些单位：{'、'.join(strange)}")
        applying = Directories(store, _clock(settings), {}, settings.directory.most_leavers_percent)
        return sum([_taken(await applying.take(source, people)) for source, people in found.items()])

    return await with_store(settings, work)


async def read_now(settings: Settings) -> int:
    """Read every directory that is configured; returns how many people changed, or raises NotRead."""

    async def work(store: Store) -> int:
        clock, http = _clock(settings), Http()
        try:
            there = sources(settings.directory, wires(settings, http, clock))
            applying = Directories(store, clock, there, settings.directory.most_leavers_percent)
            if not there:
                raise NotRead("设置里没有 directory.dingtalk_departments 或 directory.wecom_departments")
            return sum([_taken(await applying.take(name, await each.everybody())) for name, each in there.items()])
        except PlatformError as error:
            raise NotRead(f"平台没有给全（{error}），没有任何变化") from None
        finally:
            await http.close()

    return await with_store(settings, work)


def _taken(changed: int | None) -> int:
    if changed is None:
        raise NotRead("读到的人少得太多，没有停用任何人。确实如此就调高 directory.most_leavers_percent")
    return changed


def _clock(settings: Settings) -> Clock:
    return Clock.of(settings)
