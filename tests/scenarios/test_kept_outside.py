"""What an auditor keeps of a demo, outside of it: a shortened store is named, and a pack is judged without us."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
import sys
from pathlib import Path

from tests.scenarios.programs import Demo, demo_at, said_by

ROOT = Path(__file__).parents[2]
NET = "shouyue/huachen/net"
MORNING = "2026-12-01T10:15:00+08:00"


async def test_what_an_auditor_kept_of_a_demo_shows_a_shortened_and_a_rewritten_store(tmp_path: Path) -> None:
    async with demo_at(tmp_path / "home", SHOUYUE_DEMO_NOW=MORNING) as demo:
        await demo.start()
        assert await demo.end() == 0
        found = await verified(demo)
        assert found["ok"]
        assert {each["records"] - each["signed"] for each in found["logs"]} == {0}
        pack, code = tmp_path / "pack.zip", await a_code(demo)
        await exported(demo, pack)
        keys = tmp_path / "keys.txt"
        keys.write_text((await demo.cli("audit", "keys"))[1])
        shutil.unpack_archive(pack, tmp_path / "pack")
        assert code in await good(tmp_path / "pack", keys)
        kept = kept_of(demo, tmp_path)
        assert (await verified(demo, "--checkpoint", str(kept), "--code", code.lower()))["ok"]
        shorten(demo)
        found = await verified(demo, "--checkpoint", str(kept), "--code", code)
        [net] = [each for each in found["logs"] if each["log"] == NET]
        assert (found["ok"], net["first_bad"]) == (False, net["records"] + 1)
        assert net["reason"].startswith(f"record {net['first_bad']} is missing: ")
        assert (await verified(demo, "--code", "ZZZZ-ZZZZ"))["unknown_codes"] == ["ZZZZ-ZZZZ"]
        assert (await demo.cli("audit", "verify", "--checkpoint", str(keys)))[0] == 2


async def verified(demo: Demo, *more: str) -> dict[str, object]:
    code, out, _ = await demo.cli("audit", "verify", "--json", *more)
    found = json.loads(out)
    assert code == (0 if found["ok"] else 1)
    return dict(found)


async def good(pack: Path, keys: Path) -> list[str]:
    """Let the auditor's own program judge a good pack, and return the codes of its checkpoints."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(ROOT / "docs/audit/verify.py"), str(pack), str(keys), "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await program.communicate()
    assert program.returncode == 0
    return list(json.loads(out)["codes"])


async def exported(demo: Demo, pack: Path) -> None:
    code, _, said = await demo.cli(*("export", "audit", "--org", "huachen/net", "--format", "pack", "--out", str(pack)))
    assert code == 0, said


def store_of(demo: Demo) -> sqlite3.Connection:
    return sqlite3.connect(demo.home / "shouyue.db", isolation_level=None)


async def a_code(demo: Demo) -> str:
    rows = store_of(demo).execute("SELECT code FROM checkpoint WHERE log = ?", [NET]).fetchall()
    return str(rows[0][0])


def kept_of(demo: Demo, folder: Path) -> Path:
    """Keep the newest checkpoint outside."""
    rows = store_of(demo).execute("SELECT note FROM checkpoint WHERE log = ? ORDER BY size DESC", [NET]).fetchall()
    file = folder / "kept.checkpoint"
    file.write_text(str(rows[0][0]), "utf-8")
    return file


def shorten(demo: Demo) -> None:
    """Remove the last record and everything in the database that tells of it."""
    store = store_of(demo)
    for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        store.execute(f"DROP TRIGGER {name}")
    store.execute("DELETE FROM checkpoint")
    store.execute("DELETE FROM audit_record WHERE action = 'checkpoint.signed'")
    store.execute("DELETE FROM audit_record WHERE log = ? AND seq > 3", [NET])
    [(line,)] = store.execute("SELECT line FROM audit_record WHERE log = ? AND seq = 3", [NET]).fetchall()
    digest = hashlib.sha256(line.encode()).hexdigest()
    store.execute("UPDATE audit_head SET seq = 3, signed = 0, digest = ? WHERE log = ?", [digest, NET])
    store.close()


async def test_a_command_without_keys_says_how_to_make_them(tmp_path: Path) -> None:
    code, out, said = await said_by("audit", "keys", SHOUYUE_HOME=str(tmp_path))
    assert (code, out) == (2, "")
    assert "python -m bot setup" in said
    assert "Traceback" not in said
