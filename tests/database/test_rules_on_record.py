"""The rules of a request are kept in the audit log without anybody's key."""

import hashlib

from models import Employee
from models.store import Store
from tests.database import office
from workflow.canonical import canonical
from workflow.plans import Signing, StepPlan, as_kept
from workflow.rights import pseudonym
from workflow.rules_on_record import digest_of, on_record


async def test_a_person_whom_the_rules_name_stands_in_the_log_under_a_pseudonym(store: Store) -> None:
    async def write() -> tuple[dict[str, object], Employee]:
        unit = await office.unit("huachen", None)
        person = await office.employee("zhaoguoqiang", unit)
        plan = StepPlan("领导", ("role:leader", "person:zhaoguoqiang"), Signing.ALL, copies=("person:gone",))
        return await on_record({"rule": "late", "steps": as_kept((plan,))}), person

    kept, person = await store.transact(write)
    assert kept["rule"] == "late"
    steps = kept["steps"]
    assert isinstance(steps, list)
    step = steps[0]
    assert step["who"] == ["role:leader", f"person:{pseudonym(person)}"]
    assert step["copies"] == ["person:unknown"]
    assert step["sign"] == "all"


async def test_roles_of_a_request_from_before_plans_stay_as_they_are(store: Store) -> None:
    kept: dict[str, object] = {"steps": ["department_head", "leader"], "evidence": 1}
    assert await store.transact(lambda: on_record(kept)) == kept


async def test_the_digest_is_of_what_the_log_has(store: Store) -> None:
    async def write() -> tuple[str, dict[str, object]]:
        unit = await office.unit("huachen", None)
        await office.employee("zhaoguoqiang", unit)
        kept = {"steps": as_kept((StepPlan("领导", ("person:zhaoguoqiang",)),))}
        return await digest_of(kept), await on_record(kept)

    digest, recorded = await store.transact(write)
    assert "zhaoguoqiang" not in str(recorded)
    assert digest == hashlib.sha256(canonical(recorded).encode()).hexdigest()
