"""The rules of a history as a document of the unit, put in force as an approved version."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models import Employee, Organisation, RulesStatus, RulesVersion
from tests.approvals.histories import NAMES, History
from tests.database.office import NOW
from workflow.rules.loading import digest_of

SIGNING = {"one": "一人", "any": "或签", "all": "会签", "votes": "票签"}
OTHERWISE = {("nobody",): "上级单位", (): "跳过", ("admin",): "管理员指定"}
LATER = ({"name": "部门负责人", "who": ["person:chenmin"]}, {"name": "班子", "who": ["role:leader"], "sign": "会签"})


def document_of(history: History) -> dict[str, object]:
    """Return the rules of a history as a unit would propose them."""
    return _document([_step(level, step) for level, step in enumerate(history.steps)])


def later_document(version: int) -> dict[str, object]:
    """Return other rules, which come into force while a request is under way; some ask nobody."""
    return _document([*LATER][: version % 3])


def _document(steps: list[dict[str, Any]]) -> dict[str, object]:
    chain = {"chain": "审批链"} if steps else {}
    scenes = [{"id": "all", "name": "取消", **chain}]
    chains = {"chains": {"审批链": steps}} if steps else {}
    return {"preset": "strict", "title": "随机规范", "scenes": scenes, **chains}


def _step(level: int, step: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": NAMES[level],
        "who": ["person:nobody" if each == "role:nobody" else each for each in step["who"]],
        "sign": SIGNING[step["sign"]],
        "votes": step["votes"],
        "in_turn": step["in_turn"],
        "beside": step["beside"],
        "repeats": step["repeats"],
        "hours": step["hours"],
        "otherwise": OTHERWISE[tuple(step["otherwise"])],
    }


async def put_in_force(unit: Organisation, document: dict[str, object], version: int) -> None:
    """Enter a version of the unit's rules that was agreed to."""
    await RulesVersion.create(
        number=f"R20261124-{version:03d}",
        organisation=unit,
        version=version,
        document=document,
        digest=digest_of(document),
        replaces="0" * 64,
        status=RulesStatus.APPROVED,
        effective_from=NOW - timedelta(days=1),
        proposer=await Employee.get(key="zhoukai"),
        proposed_at=NOW - timedelta(days=2),
        expires_at=NOW,
    )
