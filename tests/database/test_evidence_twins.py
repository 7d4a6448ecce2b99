"""One picture in two cases is told to who decides; the other case is named only to who may know of it."""

from models import CancellationRequest, Employee, Evidence, Preset, Role
from models.store import Store
from tests.database import office
from tests.database.office import by
from workflow import cancelling, evidence, twins
from workflow.evidence import Material

PNG = b"\x89PNG\r\n\x1a\n the same bytes"


async def proven(hr: Employee, path: str, name: str) -> tuple[CancellationRequest, Evidence]:
    """File a request in a unit and prove it with the picture."""
    unit = hr.organisation
    await office.employee(f"head-{path}", unit, Role.DEPARTMENT_HEAD)
    await office.employee(f"lead-{path}", unit, Role.LEADER)
    booking = await office.booking(unit, name, office.some_phone())
    request = await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("conflict"), shown=1)
    return request, await evidence.keep_file(by(hr), request, Material(PNG, "x.png", "m"))


async def test_the_same_bytes_in_another_case_are_named_to_who_may_know_of_it_and_to_nobody_else(store: Store) -> None:
    async def enter() -> tuple[tuple[str, ...], tuple[str, ...], str, Evidence]:
        group = await office.unit("huachen", None)
        first = await office.employee("a", await office.unit("huachen/one", Preset.STRICT), Role.HR)
        second = await office.employee("b", await office.unit("huachen/two", Preset.STRICT), Role.HR)
        auditor = await office.employee("c", group, Role.AUDITOR)
        request, before = await proven(first, "one", "张伟")
        _, piece = await proven(second, "two", "马超")
        assert before.twins == []
        seen = await twins.seen([piece], auditor, by(auditor))
        return seen, await twins.seen([piece], second, by(second)), request.number, piece

    told, masked, number, piece = await store.transact(enter)
    assert piece.twins == [[number, 0]]
    assert told == (f"证明里有文件也用在申请 {number}",)
    assert masked == ("证明里有文件也用在另一个申请（不在你的范围，审计可查）",)


async def test_the_same_bytes_in_another_company_are_not_told(store: Store) -> None:
    async def enter() -> Evidence:
        first = await office.employee("a", await office.unit("huachen/one", Preset.STRICT), Role.HR)
        second = await office.employee("b", await office.unit("other/two", Preset.STRICT), Role.HR)
        await proven(first, "one", "张伟")
        return (await proven(second, "two", "马超"))[1]

    assert (await store.transact(enter)).twins == []
