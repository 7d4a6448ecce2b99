"""The file behind a link from 导出 or 证据包: a case, or the log that somebody else agreed may leave."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot import exporting, packing
from bot.case_pack import packed_case
from bot.exporting import Asking
from models import Organisation
from workflow import downloads
from workflow.exporting import TakenCase, TakenLog

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Made:
    """A file as it is handed out, and whose log it is recorded in."""

    content: bytes
    name: str
    media_type: str
    organisation: Organisation


async def made_for_download(by: Asking, taken: TakenCase | TakenLog) -> Made:
    """Make the file of what is taken out."""
    if isinstance(taken, TakenCase):
        return await _case(by, taken)
    makers = {"xlsx": _table, "pack": _pack, "pdf": _print, "jsonl": _lines}
    content, ending, media_type = await makers[taken.form](by, taken)
    return Made(content, f"{taken.approval}.{ending}", media_type, taken.organisation)


async def _case(by: Asking, taken: TakenCase) -> Made:
    number, unit = taken.case.number, taken.case.organisation
    if taken.form == downloads.PACK:
        return Made(await packed_case(by, taken), f"{number}.zip", "application/zip", unit)
    return Made(await exporting.printed_case(by, taken), f"{number}.pdf", "application/pdf", unit)


async def _table(by: Asking, taken: TakenLog) -> tuple[bytes, str, str]:
    return await exporting.log_table(by, taken), "xlsx", SHEET


async def _print(by: Asking, taken: TakenLog) -> tuple[bytes, str, str]:
    return await exporting.printed_log(by, taken), "pdf", "application/pdf"


async def _pack(by: Asking, taken: TakenLog) -> tuple[bytes, str, str]:
    with tempfile.TemporaryDirectory(dir=by.settings.home) as folder:
        await packing.write_pack(Path(folder) / "pack.zip", taken.organisation.origin)
        return (Path(folder) / "pack.zip").read_bytes(), "zip", "application/zip"


async def _lines(by: Asking, taken: TakenLog) -> tuple[bytes, str, str]:
    lines = [each.line async for page in taken.pages() for each in page]
    return "".join(f"{each}\n" for each in lines).encode(), "jsonl", "application/x-ndjson"
