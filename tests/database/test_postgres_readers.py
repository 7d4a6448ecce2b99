"""Who reads the tables directly sees one unit and what is below it, by whatever SQL; PostgreSQL itself sees to it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from bot.database_roles import as_owner
from models import Basis, CorrectedField, Preset, Role, postgres_roles
from models.postgres_policies import READABLE
from models.store import Store
from models.vault import Vault
from tests.database import office
from tests.database.lesser import connected, guarded
from tests.database.office import by
from tests.database.signed import installed_signing
from workflow import cancelling, checkpoints, erasing, own_data

__all__ = ["installed_signing"]

READER = "reader_of_net"
CANARY = "huachen/heavy"


@pytest.fixture
async def reader(postgres_url: str, installed_vault: Vault) -> AsyncIterator[asyncpg.Connection]:
    """Yield a reader of huachen/net, in a group with a sibling that has rows of every kind."""
    store = Store(await guarded(postgres_url))
    await store.open()
    try:
        await store.transact(enter)
    finally:
        await store.close()
    await as_owner(postgres_url, lambda client: postgres_roles.add_reader(client, READER, "huachen/net"))
    async with connected(postgres_url, READER) as connection:
        yield connection


async def enter() -> None:
    await office.unit("huachen", None)
    for path, preset in (("huachen/net", Preset.STRICT), ("huachen/net/lab", None), (CANARY, Preset.STRICT)):
        unit = await office.unit(path, preset)
        hr = await office.employee(f"hr.{path}", unit, Role.HR)
        booking = await office.booking(unit)
        if preset:
            await office.employee(f"head.{path}", unit, Role.DEPARTMENT_HEAD)
            await office.employee(f"leader.{path}", unit, Role.LEADER)
            await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("plan_changed"), shown=1)
            await checkpoints.sign_log(by(), unit.origin)
            candidate = booking.candidate
            await own_data.ask_for_correction(by(candidate), candidate, CorrectedField.NAME, "张伟伟")
            await erasing.suggest(by(via="clock"), candidate, Basis.TERM_OVER, by_candidate=False)


async def rows_of(url: str) -> dict[str, int]:
    async with connected(url) as owner:
        return {table: await owner.fetchval(f"SELECT count(*) FROM {table}") for table in READABLE}


async def test_a_reader_counts_only_what_is_in_their_unit_and_below(
    reader: asyncpg.Connection, postgres_url: str
) -> None:
    mine = {table: await reader.fetchval(f"SELECT count(*) FROM {table}") for table in READABLE}
    everybodys = await rows_of(postgres_url)
    assert {table for table in READABLE if everybodys[table] and not 0 < mine[table] < everybodys[table]} == set()
    assert (mine["booking"], mine["erasure_request"], mine["correction_request"]) == (2, 1, 1)
    paths = {row["path"] for row in await reader.fetch("SELECT path FROM organisation")}
    assert paths == {"huachen/net", "huachen/net/lab"}
    assert {row["log"] for row in await reader.fetch("SELECT DISTINCT log FROM audit_record")} == {
        "shouyue/huachen/net",
        "shouyue/huachen/net/lab",
    }


async def siblings(url: str) -> dict[str, object]:
    async with connected(url) as owner:
        row = await owner.fetchrow(
            "SELECT o.id AS unit, b.id AS booking, b.number FROM organisation o JOIN booking b "
            "ON b.organisation_id = o.id WHERE o.path = $1",
            CANARY,
        )
        return dict(row)


async def test_no_join_filter_set_or_sample_shows_a_siblings_row(reader: asyncpg.Connection, postgres_url: str) -> None:
    known = await siblings(postgres_url)
    for query in (
        f"SELECT id FROM booking WHERE organisation_id = '{known['unit']}'",
        f"SELECT id FROM booking WHERE id = '{known['booking']}'",
        f"SELECT id FROM booking WHERE number = '{known['number']}' OR true AND number = '{known['number']}'",
        f"SELECT b.id FROM organisation o LEFT JOIN booking b ON true WHERE b.number = '{known['number']}'",
        f"SELECT r.id FROM cancellation_request r FULL JOIN booking b ON b.id = r.booking_id "
        f"WHERE r.organisation_id = '{known['unit']}'",
        f"SELECT id FROM booking TABLESAMPLE SYSTEM (100) WHERE organisation_id = '{known['unit']}'",
        f"SELECT max(id) FROM audit_record WHERE log = 'shouyue/{CANARY}' HAVING max(id) IS NOT NULL",
        f"SELECT subject FROM audit_record WHERE line LIKE '%{CANARY}%'",
        f"WITH RECURSIVE x AS (SELECT path FROM organisation UNION SELECT path FROM organisation) "
        f"SELECT * FROM x WHERE path = '{CANARY}'",
    ):
        assert await reader.fetch(query) == [], query
    assert await reader.fetchval(f"SELECT EXISTS (SELECT 1 FROM booking WHERE id = '{known['booking']}')") is False


async def test_neither_copy_nor_statistics_nor_a_function_of_their_own_shows_more(
    reader: asyncpg.Connection, postgres_url: str, tmp_path
) -> None:
    known = await siblings(postgres_url)
    async with connected(postgres_url) as owner:
        await owner.execute("ANALYZE")
    copied = tmp_path / "booking"
    await reader.copy_from_query("SELECT number FROM booking", output=copied)
    assert len(copied.read_text().split()) == 2
    assert str(known["number"]) not in copied.read_text()
    assert await reader.fetchval("SELECT count(*) FROM pg_stats WHERE schemaname = 'public'") == 0
    told: list[str] = []
    reader.add_log_listener(lambda _, message: told.append(str(message)))
    await reader.execute("SET default_transaction_read_only = off")
    await reader.execute(
        "CREATE FUNCTION pg_temp.peep(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ "
        "BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
    )
    await reader.fetch("SELECT number FROM booking WHERE pg_temp.peep(number)")
    assert len(told) == 2
    assert str(known["number"]) not in "".join(told)


@pytest.mark.parametrize("trick", ["SET shouyue.units = 'huachen'", "SET ROLE shouyue_reader", "SET row_security = on"])
async def test_no_setting_of_their_own_widens_what_a_reader_sees(reader: asyncpg.Connection, trick: str) -> None:
    await reader.execute(trick)
    assert await reader.fetchval("SELECT count(*) FROM booking") == 2


async def test_turning_row_security_off_makes_the_query_fail(reader: asyncpg.Connection) -> None:
    await reader.execute("SET row_security = off")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.fetchval("SELECT count(*) FROM booking")


REFUSED = [
    "SELECT sealed_name FROM candidate",
    "SELECT phone_index FROM candidate",
    "SELECT * FROM candidate",
    "SELECT room_url FROM booking",
    "SELECT key FROM employee",
    "SELECT * FROM account",
    "SELECT sealed_value FROM correction_request",
    "SELECT sealed_comment FROM erasure_request",
    "SELECT * FROM person_key",
    "SELECT * FROM booking_term",
    "SELECT * FROM entry_link",
    "SELECT * FROM outbox_message",
    "SELECT * FROM shouyue_guard.reader",
    "SELECT * FROM shouyue_guard.units_of_act()",
    "UPDATE booking SET number = 'x'",
    "DELETE FROM booking",
    "INSERT INTO audit_record (log, seq, at, action, subject, line) VALUES ('l', 1, now(), 'a', 's', 'x')",
    "SET ROLE shouyue_app",
    "SET SESSION AUTHORIZATION shouyue_app",
    "INSERT INTO shouyue_guard.reader SELECT session_user, id FROM organisation",
    "CREATE TABLE public.mine (a int)",
]


async def test_a_reader_gets_no_sealed_column_no_index_no_other_table_and_writes_nothing(
    reader: asyncpg.Connection,
) -> None:
    await reader.execute("SET default_transaction_read_only = off")
    for statement in REFUSED:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.execute(statement)


async def test_a_reader_who_lost_their_unit_sees_nothing(reader: asyncpg.Connection, postgres_url: str) -> None:
    removed = await as_owner(postgres_url, lambda client: postgres_roles.remove_reader(client, READER))
    assert removed == ["huachen/net"]
    assert {await reader.fetchval(f"SELECT count(*) FROM {table}") for table in READABLE} == {0}


@pytest.mark.parametrize(
    ("name", "path", "why"), [("Bad-Name", "huachen", "小写"), ("shouyue_app", "huachen", "小写"), ("ok", "no", "没有")]
)
async def test_a_reader_with_a_wrong_name_or_unit_is_refused(
    reader: asyncpg.Connection, postgres_url: str, name: str, path: str, why: str
) -> None:
    with pytest.raises(postgres_roles.NotPossible, match=why):
        await as_owner(postgres_url, lambda client: postgres_roles.add_reader(client, name, path))
