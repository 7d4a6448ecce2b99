"""What people have to know before they rely on what they take out: a bad log, rows that are not what it says."""

from bot import receipts
from cards import log_faults
from workflow import telling, verifying
from workflow.exporting import TakenCase


async def of_log(log: str) -> tuple[str, ...]:
    """Walk one log as `audit verify` does and name its first bad record; nothing where it is whole."""
    claims = [claim async for claim in receipts.claims()] + [claim async for claim in telling.unmatched()]
    found = await verifying.examine(log, claims)
    if found.first_bad is None:
        return ()
    return (f"{log_faults.bad(log, found.first_bad, found.reason)}。请运行 python -m bot audit verify",)


async def of_case(taken: TakenCase) -> tuple[str, ...]:
    """Name what is wrong with the log of a case, and where its rows are not what the log says."""
    found = await of_log(taken.case.organisation.origin)
    return (*found, *of_rows(taken))


def of_rows(taken: TakenCase) -> tuple[str, ...]:
    """Say where the rows of a case are not what the log says."""
    return (f"数据库里的记录与日志不一致，以日志为准：{taken.unlike}",) if taken.unlike else ()
