"""The program's lesser role on PostgreSQL: it can add to the log and change nothing of it, nor the rules themselves."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from bot.database_roles import as_owner
from models import AuditRecord, Booking, postgres_roles
from models.migrating import MigrationRefused, migrate
from models.narrowing import only_within
from models.postgres_policies import APP
from models.store import Store
from models.vault import Vault
from tests.database import office
from tests.database.lesser import connected, guarded
from workflow import audit
from workflow.verifying import verify

FORBIDDEN = [
    "UPDATE audit_record SET line = 'forged'",
    "DELETE FROM audit_record",
    "TRUNCATE audit_record",
    "UPDATE checkpoint SET root = 'x'",
    "DELETE FROM checkpoint",
    "UPDATE anchor SET receipt = 'x'",
    "DELETE FROM anchor",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
    "TRUNCATE booking CASCADE",
    "ALTER TABLE audit_record DISABLE TRIGGER ALL",
    "ALTER TABLE audit_record DISABLE TRIGGER audit_record_no_update",
    "DROP TRIGGER audit_record_no_update ON audit_record",
    "ALTER TABLE booking DISABLE ROW LEVEL SECURITY",
    "DROP POLICY program ON booking",
    "DROP TABLE audit_record",
    "ALTER TABLE audit_record ADD COLUMN more text",
    "ALTER TABLE audit_record OWNER TO shouyue_app",
    "CREATE OR REPLACE FUNCTION audit_record_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TABLE public.mine (a int)",
    "CREATE RULE quiet AS ON INSERT TO audit_record DO INSTEAD NOTHING",
    "CREATE TRIGGER skip BEFORE INSERT ON audit_record FOR EACH ROW "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "SET session_replication_role = replica",
    "SELECT setval('audit_record_id_seq', 1)",
    "INSERT INTO shouyue_guard.reader SELECT 'shouyue_app', id FROM organisation",
    "SELECT * FROM shouyue_guard.reader",
    "DELETE FROM tortoise_migrations",
    "CREATE ROLE stronger SUPERUSER",
    "ALTER ROLE shouyue_app BYPASSRLS",
    "SET ROLE postgres",
    "COPY audit_record FROM PROGRAM 'true'",
]
ONLY_WARNED_OF = ["GRANT UPDATE ON audit_record TO shouyue_app", "VACUUM FULL audit_record"]


@pytest.fixture
async def lesser_url(postgres_url: str) -> str:
    return await guarded(postgres_url)


@pytest.fixture
async def opened(lesser_url: str, installed_vault: Vault) -> AsyncIterator[Store]:
    store = Store(lesser_url)
    await store.open()
    yield store
    await store.close()


async def one_booking(path: str) -> Booking:
    return await office.booking(await office.unit(path))


async def test_the_program_works_as_the_lesser_role_and_its_log_holds(opened: Store) -> None:
    booking = await opened.transact(lambda: one_booking("huachen/net"))
    log = booking.organisation.origin
    assert await AuditRecord.filter(log=log).count() == 2
    assert (await verify(log))[1] is None


async def test_the_lesser_role_cannot_touch_what_is_written_nor_the_rules(opened: Store, postgres_url: str) -> None:
    await opened.transact(lambda: one_booking("huachen/net"))
    async with connected(postgres_url) as owner:
        lines = await owner.fetch("SELECT line FROM audit_record ORDER BY id")
    async with connected(postgres_url, APP) as app:
        for statement in ONLY_WARNED_OF:
            await app.execute(statement)
        done = [each for each in FORBIDDEN if await is_done(app, each)]
    assert done == []
    async with connected(postgres_url) as owner:
        assert await owner.fetch("SELECT line FROM audit_record ORDER BY id") == lines != []
        assert await owner.fetchval("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_record_no_%'") == 3


async def is_done(app: asyncpg.Connection, statement: str) -> bool:
    try:
        await app.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


async def test_every_table_that_triggers_guard_is_insert_only_and_no_table_is_open_to_everybody(
    opened: Store, postgres_url: str
) -> None:
    query = """
        SELECT c.relname, (SELECT string_agg(privilege_type, ',' ORDER BY privilege_type) FROM aclexplode(c.relacl) a
            WHERE a.grantee = 'shouyue_app'::regrole) AS app,
            EXISTS (SELECT 1 FROM aclexplode(c.relacl) a WHERE a.grantee = 0) AS everybody
        FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"""
    async with connected(postgres_url) as owner:
        found = {row["relname"]: row for row in await owner.fetch(query)}
    assert not any(row["everybody"] for row in found.values())
    insert_only = {name for name, row in found.items() if row["app"] == "INSERT,SELECT"}
    assert insert_only == {"audit_record", "checkpoint", "anchor", "purge_certificate"}
    assert found["audit_head"]["app"] == "INSERT,SELECT,UPDATE"
    assert found["tortoise_migrations"]["app"] == "SELECT"


async def test_a_search_that_forgot_its_predicate_finds_nothing_of_a_sibling(opened: Store) -> None:
    async def enter() -> tuple[Booking, Booking]:
        return await one_booking("huachen/net"), await one_booking("huachen/heavy")

    net, _ = await opened.transact(enter)

    async def look() -> tuple[list[object], list[object], int]:
        async with only_within(["huachen/net"]):
            inside = [each.id for each in await Booking.all()]
        async with only_within([]):
            nowhere = [each.id for each in await Booking.all()]
        return inside, nowhere, await Booking.all().count()

    assert await opened.transact(look) == ([net.id], [], 2)


async def test_a_failure_inside_a_narrowed_search_leaves_the_next_work_unnarrowed(opened: Store) -> None:
    await opened.transact(lambda: one_booking("huachen/heavy"))

    async def fail() -> None:
        async with only_within(["huachen/net"]):
            raise RuntimeError

    async def both() -> int:
        with pytest.raises(RuntimeError):
            await fail()
        return await Booking.all().count()

    assert await opened.transact(both) == 1


async def test_a_new_table_is_guarded_by_the_migration_that_makes_it(lesser_url: str, postgres_url: str) -> None:
    async def add(client: BaseDBAsyncClient) -> None:
        await client.execute_query("CREATE TABLE later (id int)")
        await client.execute_query(
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
        )
        for verb in ("UPDATE", "DELETE"):
            await client.execute_query(
                f"CREATE TRIGGER later_no_{verb.lower()} BEFORE {verb} ON later EXECUTE FUNCTION no()"
            )
        await postgres_roles.guard(client)

    await as_owner(postgres_url, add)
    async with connected(postgres_url, APP) as app:
        await app.execute("INSERT INTO later VALUES (1)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("DELETE FROM later")


async def test_an_existing_database_of_one_role_is_guarded_with_its_rows(
    postgres_url: str, installed_vault: Vault
) -> None:
    store = Store(postgres_url)
    await store.open()
    await store.transact(lambda: one_booking("huachen/net"))
    await store.close()
    again = Store(await guarded(postgres_url))
    await again.open()
    try:
        await again.transact(lambda: one_booking("huachen/heavy"))
        assert await Booking.all().count() == 2
        assert [(await verify(log))[1] for log in await audit.logs()] == [None, None]
    finally:
        await again.close()


async def test_putting_the_guards_up_again_changes_nothing_and_makes_no_second_password(postgres_url: str) -> None:
    await guarded(postgres_url)
    assert await as_owner(postgres_url, postgres_roles.protect) is None


async def test_check_tells_the_owner_from_the_lesser_role(lesser_url: str, postgres_url: str) -> None:
    assert await as_owner(postgres_url, postgres_roles.weaknesses)
    assert await as_owner(lesser_url, postgres_roles.weaknesses) == []


async def test_the_lesser_role_can_make_no_roles(lesser_url: str) -> None:
    with pytest.raises(postgres_roles.NotPossible, match="所有者"):
        await as_owner(lesser_url, postgres_roles.protect)


async def test_a_role_of_that_name_which_nothing_binds_is_refused(postgres_url: str) -> None:
    async with connected(postgres_url) as owner:
        await owner.execute("CREATE ROLE too_strong LOGIN SUPERUSER")
    await guarded(postgres_url)
    try:
        with pytest.raises(postgres_roles.NotPossible, match="权力太大"):
            await as_owner(postgres_url, _reader_in_a_unit)
    finally:
        async with connected(postgres_url) as owner:
            await owner.execute("DROP ROLE too_strong")


async def _reader_in_a_unit(client: BaseDBAsyncClient) -> None:
    await client.execute_query(
        "INSERT INTO organisation (id, path, name, policy) VALUES (gen_random_uuid(), 'huachen', 'H', '{}')"
    )
    await postgres_roles.add_reader(client, "too_strong", "huachen")


async def test_the_lesser_role_is_told_that_it_cannot_migrate(empty_postgres_url: str, tmp_path: Path) -> None:
    await migrate(empty_postgres_url, tmp_path, reporter=str)
    lesser = await guarded(empty_postgres_url)
    assert await migrate(lesser, tmp_path, reporter=str) == []
    async with connected(empty_postgres_url) as owner:
        await owner.execute("DELETE FROM tortoise_migrations WHERE name >= '0005'")
    with pytest.raises(MigrationRefused, match=r"database\.owner_url"):
        await migrate(lesser, tmp_path, reporter=str)


async def test_the_verifier_of_a_password_is_the_one_the_server_makes_itself(postgres_url: str) -> None:
    async with connected(postgres_url) as owner:
        await owner.execute("CREATE ROLE verified LOGIN PASSWORD 'pencil-铅笔'")
        try:
            kept = await owner.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = 'verified'")
        finally:
            await owner.execute("DROP ROLE verified")
    salt = base64.b64decode(kept.split("$")[1].split(":")[1])
    assert postgres_roles.verifier("pencil-铅笔", salt) == kept
