"""What the audit log keeps of the rules a request was decided by: a person whom they name stands under a pseudonym."""

import hashlib
from collections.abc import Iterable, Mapping

from models import Employee
from workflow import rights
from workflow.canonical import canonical
from workflow.plans import PERSON

WHERE = ("who", "copies")  # of a step, what names people


async def on_record(kept: Mapping[str, object]) -> dict[str, object]:
    """Return what a request keeps of its rules without anybody's key; the records of the log outlive those."""
    steps = kept.get("steps")
    return {**kept, "steps": [await _step(each) for each in steps]} if isinstance(steps, list) else dict(kept)


async def digest_of(kept: Mapping[str, object]) -> str:
    """Return the SHA-256 of the rules as the record `request.filed` has them."""
    return hashlib.sha256(canonical(await on_record(kept)).encode()).hexdigest()


async def _step(step: object) -> object:
    if not isinstance(step, Mapping):
        return step
    return {key: await _named(value) if key in WHERE else value for key, value in step.items()}


async def _named(people: Iterable[str]) -> list[str]:
    return [await _one(each) for each in people]


async def _one(who: str) -> str:
    kind, _, key = who.partition(":")
    if kind != PERSON:
        return who
    person = await Employee.get_or_none(key=key)
    return f"{PERSON}:{rights.pseudonym(person) if person else 'unknown'}"
