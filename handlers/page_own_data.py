"""更正 and 删除 on a candidate's own page: what is offered, what must be filled in, and what was asked before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers import own_data_words
from handlers.entry_links import Form
from handlers.reading.own_data import typed_value
from models import Candidate, CorrectedField, CorrectionRequest, CorrectionStatus, EntryLink, ErasureRequest
from workflow import erasing, erasure_wishes, own_data, replying
from workflow.acting import Act
from workflow.own_data import LABELS

CORRECT, ERASE = "correct", "erase"
ACTIONS = (CORRECT, ERASE)
MOST_OPEN = 3  # corrections that wait for HR at the same time
HOW = {
    CorrectedField.NAME: "请写正确的姓名，两到十二个字",
    CorrectedField.PHONE: "请写正确的手机号，十一位数字",
    CorrectedField.EMAIL: "请写正确的邮箱，例如 wei@example.cn",
}


@dataclass(frozen=True)
class OwnWishes:
    """What the person asked of their data and where it stands, a sentence each; `fields` may be corrected."""

    corrections: tuple[str, ...] = ()
    erasure: str = ""
    fields: tuple[tuple[str, str], ...] = tuple((str(field), label) for field, label in LABELS.items())


async def asked(link: EntryLink, now: datetime) -> OwnWishes:
    """Return what was asked and is not done; nothing is written."""
    open_ = CorrectionRequest.filter(candidate_id=link.booking.candidate_id, status=CorrectionStatus.ASKED)
    wish = await erasure_wishes.stands(link.booking.candidate_id, now)
    return OwnWishes(
        tuple(
            own_data_words.correction(f"您要求更正{LABELS[each.field]}", [each.number], each.asked_at)
            for each in await open_.order_by("asked_at")
        ),
        own_data_words.erasure(*wish) if wish else "",
    )


async def offered(link: EntryLink, wishes: OwnWishes) -> list[Form]:
    """Return the forms: each asks once, and the next one has another number."""
    candidate, revision = link.booking.candidate_id, link.booking.revision
    forms = []
    if len(wishes.corrections) < MOST_OPEN:
        turn = await CorrectionRequest.filter(candidate_id=candidate).count()
        forms.append(Form(CORRECT, revision, turn))
    if not wishes.erasure:
        forms.append(Form(ERASE, revision, await ErasureRequest.filter(candidate_id=candidate).count()))
    return forms


def missing(action: str, fields: Mapping[str, str]) -> str:
    """Say what still has to be filled in."""
    if action == ERASE:
        return "" if fields.get("sure") == "yes" else "请勾选，确认要删除您的个人信息"
    field = fields.get("field", "")
    if field not in set(CorrectedField):
        return "请选择要更正哪一项"
    return "" if typed_value(field, fields.get("words", "")) else HOW[CorrectedField(field)]


def said(action: str, fields: Mapping[str, str]) -> str:
    """Return what the candidate asked, as it is kept."""
    if action == ERASE:
        return "要求删除个人信息"
    return f"要求更正{LABELS[CorrectedField(fields['field'])]}：{fields['words'].strip()}"


async def do(act: Act, action: str, fields: Mapping[str, str]) -> None:
    """Do it in every unit that knows the person, as the same words in a chat do."""
    assert act.candidate is not None
    same = await replying.candidates_at(act.candidate.id)
    for each in await Candidate.filter(id__in=same).order_by("id"):
        if action == ERASE:
            await erasing.wished(act, each)
        else:
            field = CorrectedField(fields["field"])
            await own_data.ask_for_correction(act, each, field, typed_value(field, fields["words"]))
