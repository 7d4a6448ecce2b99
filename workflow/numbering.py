"""Numbers that people read and type: Y… bookings, Q… requests, S… authorisations, L… purges, X… exports.

D… is for erasures, G… for corrections of a candidate's data, R… for versions of the rules, W… for delegations.

They carry the day and digits drawn by chance: a counter would tell one unit how busy another is (I12).
"""

import secrets
from datetime import datetime

from models import (
    Booking,
    CancellationRequest,
    CorrectionRequest,
    Delegation,
    ErasureRequest,
    ExportRequest,
    GrantChange,
    Purge,
    RulesVersion,
)
from workflow.acting import local

TRIES_PER_LENGTH = 6


async def booking_number(now: datetime) -> str:
    """Return an unused booking number such as Y20261124-481."""
    return await _unused(f"Y{local(now):%Y%m%d}", Booking)


async def request_number(now: datetime) -> str:
    """Return an unused request number such as Q20261122-007."""
    return await _unused(f"Q{local(now):%Y%m%d}", CancellationRequest)


async def change_number(now: datetime) -> str:
    """Return an unused number of a proposed authorisation such as S20261124-481."""
    return await _unused(f"S{local(now):%Y%m%d}", GrantChange)


async def purge_number(now: datetime) -> str:
    """Return an unused number of a purge such as L20261124-481."""
    return await _unused(f"L{local(now):%Y%m%d}", Purge)


async def export_number(now: datetime) -> str:
    """Return an unused number of an export request such as X20261124-481."""
    return await _unused(f"X{local(now):%Y%m%d}", ExportRequest)


async def erasure_number(now: datetime) -> str:
    """Return an unused number of an erasure such as D20261124-481."""
    return await _unused(f"D{local(now):%Y%m%d}", ErasureRequest)


async def correction_number(now: datetime) -> str:
    """Return an unused number of a wish for a correction such as G20261124-481."""
    return await _unused(f"G{local(now):%Y%m%d}", CorrectionRequest)


async def delegation_number(now: datetime) -> str:
    """Return an unused number of a delegation such as W20261124-481."""
    return await _unused(f"W{local(now):%Y%m%d}", Delegation)


async def rules_number(now: datetime) -> str:
    """Return an unused number of a proposed version of the rules such as R20261124-481."""
    return await _unused(f"R{local(now):%Y%m%d}", RulesVersion)


OfCandidates = type[Booking] | type[CancellationRequest] | type[CorrectionRequest] | type[ErasureRequest]
OfColleagues = type[Delegation] | type[ExportRequest] | type[GrantChange] | type[Purge] | type[RulesVersion]
Numbered = OfCandidates | OfColleagues


async def _unused(prefix: str, table: Numbered) -> str:
    for digits in range(3, 12):
        for _ in range(TRIES_PER_LENGTH):
            number = f"{prefix}-{secrets.randbelow(10**digits):0{digits}d}"
            if not await table.exists(number=number):
                return number
    raise RuntimeError("no free number: the generator of chance is broken")
