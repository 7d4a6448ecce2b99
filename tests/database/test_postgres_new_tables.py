"""The tables of retention, archive, reveals and persons' secrets: the program works with them, no reader sees them."""

from models.postgres_policies import APP, READER
from tests.database.lesser import connected, guarded

TABLES = (
    "person_key",
    "purge",
    "purge_item",
    "purge_permit",
    "hold",
    "archive_package",
    "archive_blob",
    "reveal_link",
    "factor",
    "approval_statement",
    "request_comment",
    "rules_version",
    "rules_text",
    "delegation",
    "passkey",
    "export_taken",
    "signing_order",
)


async def test_the_program_works_with_each_and_readers_have_nothing_of_them(postgres_url: str) -> None:
    await guarded(postgres_url)
    async with connected(postgres_url) as owner:
        for table in TABLES:
            for verb in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                query = f"SELECT has_table_privilege('{APP}', '{table}', '{verb}')"
                assert await owner.fetchval(query), (table, verb)
            query = f"SELECT has_any_column_privilege('{READER}', '{table}', 'SELECT')"
            assert not await owner.fetchval(query), table
