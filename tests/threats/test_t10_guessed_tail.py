"""T10: whoever has a link and guesses the phone's tail is stopped after five tries, whatever address they pretend.

The rules of counting: tests/scenarios/test_candidate_page.py.
"""

import asyncio
from pathlib import Path

from models import AuditRecord, Booking
from tests.scenarios.candidate_door import Door, closed, opened


async def test_a_thousand_guesses_from_a_thousand_addresses_are_five(sqlite_url: str, home: Path) -> None:
    door = await opened(sqlite_url, home)
    try:
        await door.new_booking("张伟", "13800008123")
        form = await door.form(door.tokens["张伟"], "cancel")
        guesses = [f"{number:04d}" for number in range(7600, 8600) if number != 8123]
        for start in range(0, len(guesses), 111):
            await asyncio.gather(*(guess(door, form, each) for each in guesses[start : start + 111]))
        assert await AuditRecord.filter(action="attempt.refused").count() == 5
        assert await guess(door, form, "8123") == 403
        assert (await Booking.get()).status == "scheduled"
    finally:
        await closed(door)


async def guess(door: Door, form: dict[str, str], tail: str) -> int:
    """Send one guess, each from another address as its headers say."""
    address = f"10.{int(tail) % 251}.{int(tail) % 13}.{int(tail[-2:])}"
    forwarded = {"X_Forwarded_For": address, "X_Real_IP": address, "Forwarded": f"for={address}"}
    fields = {**form, "reason": "conflict", "proof": tail}
    answer = await door.post(door.tokens["张伟"], fields, **forwarded)
    return answer.status
