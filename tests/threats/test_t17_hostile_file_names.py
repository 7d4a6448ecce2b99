"""T17: a file's own name never becomes a path: not in the home directory, not in a pack, not in a header.

What a pack holds: tests/database/test_exporting.py.
"""

import io
import json
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from bot.case_pack import case_pack
from bot.exporting import Asking, roles_of
from bot.importing import values
from bot.importing.report import Fault
from models import Employee, Evidence
from tests.scenarios.company import Company
from tests.scenarios.steps import PNG, asked_for_evidence, request_number
from workflow.acting import Act

NAMES = [
    "../../../../etc/cron.d/x.png",
    "..\\..\\windows\\system32\\x.png",
    "/etc/passwd",
    "C:\\x.png",
    "证明\0.png",
    "a\r\nContent-Type: text/html\r\n\r\n<script>.png",
    "\u202egnp.exe",
    "con",
    ".." * 400 + ".png",
    "'; DROP TABLE evidence; --.png",
]


async def test_hostile_names_of_evidence_make_no_file_and_no_path(company: Company, tmp_path: Path) -> None:
    home = company.settings.home
    card = await asked_for_evidence(company)
    before = files_in(home)
    for number, name in enumerate(NAMES[:5] + NAMES[6:]):
        await company.sends_file("liuyang", name.replace("\0", "%00"), PNG + bytes([number]))
    await company.settled()
    assert await Evidence.all().count() >= 1
    assert {each for each in files_in(home) - before if not each.startswith("shouyue.db")} == set()
    out = tmp_path / "out" / "pack.zip"
    out.parent.mkdir()
    assert company.app is not None
    hr = await Employee.get(key="liuyang").prefetch_related("organisation")
    act = Act(company.app.clock.now(), "cli", "operator", employee=hr)
    asking = Asking(company.settings, company.app.store, act, await roles_of(act))
    await case_pack(asking, request_number(card), out)
    assert [each.name for each in out.parent.iterdir()] == ["pack.zip"]
    with ZipFile(out) as pack:
        paths = [PurePosixPath(each) for each in pack.namelist()]
        assert not any(each.is_absolute() or ".." in each.parts or "\\" in str(each) for each in paths)
        assert {str(each) for each in paths if each.parts[0] == "evidence"} <= {
            f"evidence/{n}.png" for n in range(1, 20)
        }
        assert all(each.external_attr >> 16 & 0o170000 == 0 for each in pack.infolist())  # no links among them
        openings = [json.loads(line) for line in io.TextIOWrapper(pack.open("openings.jsonl"), "utf-8")]
    assert {each["file"] for each in openings if "file" in each} <= {str(each) for each in paths}


@pytest.mark.parametrize("number", ["../x", "/etc/x", "..", "a b", "a\nb", "Y\\..\\x", "x" * 25, "13800138000", "-x"])
def test_a_number_of_a_file_that_is_imported_cannot_begin_a_path(number: str) -> None:
    with pytest.raises(Fault):
        values.booking_no(number)


def files_in(home: Path) -> set[str]:
    return {str(each.relative_to(home.parent.parent)).rpartition("/")[2] for each in home.parent.parent.rglob("*")}
