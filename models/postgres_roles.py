"""PostgreSQL's lesser roles: made once by the owner, guarded anew after every migration (decision 0013)."""

import base64
import hashlib
import hmac
import re
import secrets
from collections import defaultdict

from tortoise.backends.base.client import BaseDBAsyncClient

from models.postgres_policies import APP, GUARD, READER, Table, statements

ROUNDS = 4096  # PostgreSQL's own default for SCRAM-SHA-256
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
COLUMNS = """
    SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind,
        (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = c.oid
            AND g.tgname IN (c.relname || '_no_update', c.relname || '_no_delete')) = 2 AS append_only
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attnum
    """
POWERS = """
    SELECT r.rolsuper OR r.rolbypassrls AS above_all,
        pg_has_role(current_user, c.relowner, 'USAGE') AS owns,
        has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') AS rewrites
    FROM pg_class c, pg_roles r
    WHERE c.oid = to_regclass('audit_record') AND r.rolname = current_user
    """


class NotPossible(Exception):
    """Nothing was changed; the text says why and what to do."""


async def protect(client: BaseDBAsyncClient) -> str | None:
    """Make the roles and guard every table, as the owner and in the caller's transaction.

    Returns the password that the program's role was given, or None where the role was there before and keeps its own.
    """
    await _require_ownership(client)
    password = await _make(client, APP, "LOGIN")
    await _make(client, READER, "NOLOGIN")
    await guard(client)
    return password


async def guarded(client: BaseDBAsyncClient) -> bool:
    """Tell whether this database has been given its guards; others of the same server may have."""
    return bool(await client.execute_query_dict("SELECT 1 FROM pg_namespace WHERE nspname = $1", [GUARD]))


async def guard(client: BaseDBAsyncClient) -> None:
    """Grant and police every table as it is now; run again after each migration, so that no new table is open."""
    schema = (await client.execute_query_dict("SELECT current_schema() AS name"))[0]["name"]
    for statement in statements(schema, await _tables(client)):
        await client.execute_query(statement)


async def add_reader(client: BaseDBAsyncClient, name: str, path: str) -> str | None:
    """Let a login of this name read the rows of a unit and below; returns the password of a login made now."""
    await _require_ownership(client)
    if not NAME.fullmatch(name) or name in (APP, READER):
        raise NotPossible("读者的名字只能用小写字母、数字和下划线，以字母开头，最多 63 个字符")
    if not await guarded(client):
        raise NotPossible("这个数据库还没有分角色，请先运行 python -m bot database roles")
    unit = await client.execute_query_dict("SELECT id FROM organisation WHERE path = $1", [path])
    if not unit:
        raise NotPossible(f"没有这个单位：{path}")
    password = await _make(client, name, "LOGIN")
    await client.execute_query(f'GRANT {READER} TO "{name}"')
    await client.execute_query(f'ALTER ROLE "{name}" SET default_transaction_read_only = on')
    await client.execute_query(
        f"INSERT INTO {GUARD}.reader (role, organisation_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",  # noqa: S608
        [name, unit[0]["id"]],
    )
    return password


async def remove_reader(client: BaseDBAsyncClient, name: str) -> list[str]:
    """Take every unit from a reader and return their paths; the login stays, and sees nothing."""
    await _require_ownership(client)
    if not await guarded(client):
        return []
    found = await client.execute_query_dict(
        f"DELETE FROM {GUARD}.reader r USING organisation o "  # noqa: S608
        "WHERE o.id = r.organisation_id AND r.role = $1 RETURNING o.path AS path",
        [name],
    )
    return sorted(str(each["path"]) for each in found)


async def weaknesses(client: BaseDBAsyncClient) -> list[str]:
    """Say in Chinese what the role we are connected as could do to the audit log; nothing where it may only add."""
    found = await client.execute_query_dict(POWERS)
    powers = found[0] if found else {}
    said = {
        "above_all": "它是超级用户或不受行级规则约束，数据库管不住它",
        "owns": "它是表的所有者，能停用防改的触发器、清空或删掉审计日志",
        "rewrites": "它对审计日志有修改或删除的权限",
    }
    return [text for power, text in said.items() if powers.get(power)]


async def _tables(client: BaseDBAsyncClient) -> list[Table]:
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    append_only: set[str] = set()
    for row in await client.execute_query_dict(COLUMNS):
        columns[row["table"]][row["name"]] = row["kind"]
        if row["append_only"]:
            append_only.add(row["table"])
    return [Table(name, kinds, name in append_only) for name, kinds in columns.items()]


async def _require_ownership(client: BaseDBAsyncClient) -> None:
    if client.capabilities.dialect != "postgres":
        raise NotPossible("只有 PostgreSQL 有数据库角色；SQLite 的文件由操作系统的权限保护")
    rows = await client.execute_query_dict(POWERS)
    if not rows:
        raise NotPossible("数据库里还没有表，请先运行 python -m bot setup")
    if not (rows[0]["owns"] or rows[0]["above_all"]):
        raise NotPossible("这个地址连进来的不是表的所有者：请把所有者的地址写进 database.owner_url 再运行")


async def _make(client: BaseDBAsyncClient, name: str, kind: str) -> str | None:
    """Make a role if it is missing; one that is there must not be able to go round the guards."""
    query = "SELECT rolsuper OR rolbypassrls OR rolcreaterole AS strong FROM pg_roles WHERE rolname = $1"
    found = await client.execute_query_dict(query, [name])
    if found and found[0]["strong"]:
        raise NotPossible(f"角色 {name} 已经存在，而且权力太大（超级用户、BYPASSRLS 或 CREATEROLE）：请先收回或改名")
    if found:
        return None
    password = secrets.token_urlsafe(24) if kind == "LOGIN" else None
    proof = f" PASSWORD '{verifier(password)}'" if password else ""
    await client.execute_query(f'CREATE ROLE "{name}" {kind}{proof}')
    return password


def verifier(password: str, salt: bytes | None = None) -> str:
    """Return what the server keeps of a password (RFC 5803): no log of statements ever holds the password itself."""
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    told = [base64.b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256${ROUNDS}:{told[0]}${told[1]}:{told[2]}"
