"""证明材料: kept sealed, once, under its digest; a request that waited for it moves on (S37)."""

import hashlib

import pytest

from models import CancellationRequest, Evidence, EvidenceBlob, EvidenceKind, Preset, RequestStatus, Role
from models.store import Store
from models.vault import Unsealable
from tests.database import office
from tests.database.office import by
from workflow import cancelling, evidence, requests
from workflow.errors import Invalid
from workflow.evidence import Material
from workflow.evidence_rules import LARGEST

PNG, JPEG, PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"%PDF-1.7\n"


class Case:
    """A strict unit's request that waits for evidence."""

    async def enter(self) -> None:
        unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.hr = await office.employee("liuyang", unit, Role.HR)
        await office.employee("chenmin", unit, Role.DEPARTMENT_HEAD)
        await office.employee("zhaoguoqiang", unit, Role.LEADER)
        booking = await office.booking(unit)
        self.request = await cancelling.request_cancellation(
            by(self.hr), booking, cancelling.Wish("conflict"), shown=booking.revision
        )

    async def brings(self, content: bytes, name: str = "截图.png") -> Evidence:
        request = await requests.reload(self.request.id)
        piece = await evidence.keep_file(by(self.hr), request, Material(content, name, "msg-1"))
        await cancelling.evidence_came(by(self.hr), request)
        return piece

    async def status(self) -> RequestStatus:
        return (await CancellationRequest.get(id=self.request.id)).status


@pytest.fixture
async def case(store: Store) -> Case:
    made = Case()
    await store.transact(made.enter)
    return made


async def test_a_request_waits_for_its_evidence_and_goes_on_with_it(store: Store, case: Case) -> None:
    assert await case.status() == RequestStatus.AWAITING_EVIDENCE
    await store.transact(lambda: case.brings(PNG))
    assert await case.status() == RequestStatus.AWAITING_APPROVAL


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG + b"1", "image/png"), (JPEG + b"1", "image/jpeg"), (PDF + b"1", "application/pdf")],
)
async def test_the_bytes_say_what_a_file_is_and_come_back_as_they_were(
    store: Store, case: Case, content: bytes, kind: str
) -> None:
    piece = await store.transact(lambda: case.brings(content, "改名.exe"))
    assert (piece.media_type, piece.size, piece.name) == (kind, len(content), "改名.exe")
    assert piece.digest == hashlib.sha256(content).hexdigest()
    assert await evidence.open_piece(piece) == content


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90\0", b"PK\x03\x04", b"<svg/>", b" %PDF-1.7", b"\x89PNG\r\n", b"GIF89a"]
)
async def test_what_is_neither_picture_nor_pdf_is_refused_and_the_request_waits_on(
    store: Store, case: Case, content: bytes
) -> None:
    with pytest.raises(Invalid) as refusal:
        await store.transact(lambda: case.brings(content, "a.png"))
    assert refusal.value.code == "evidence-type"
    assert await Evidence.all().count() == 0
    assert await case.status() == RequestStatus.AWAITING_EVIDENCE


async def test_ten_megabytes_are_taken_and_one_byte_more_is_not(store: Store, case: Case) -> None:
    with pytest.raises(Invalid) as refusal:
        await store.transact(lambda: case.brings(PNG + b"\0" * (LARGEST - len(PNG) + 1)))
    assert (refusal.value.code, refusal.value.facts) == ("evidence-size", {"most_mb": "10"})
    piece = await store.transact(lambda: case.brings(PNG + b"\0" * (LARGEST - len(PNG))))
    assert piece.size == LARGEST


async def test_the_same_bytes_twice_are_one_piece(store: Store, case: Case) -> None:
    first = await store.transact(lambda: case.brings(PNG))
    second = await store.transact(lambda: case.brings(PNG, "同一张.png"))
    assert first.id == second.id
    assert await EvidenceBlob.all().count() == 1


async def test_what_lies_in_the_database_is_sealed_and_a_change_is_noticed(store: Store, case: Case) -> None:
    piece = await store.transact(lambda: case.brings(PNG + b"the secret"))
    blob = await EvidenceBlob.get(id=piece.id)
    sealed = bytes(blob.sealed)
    assert b"the secret" not in sealed
    assert b"PNG" not in sealed
    assert hashlib.sha256(sealed).hexdigest() == piece.cipher_digest
    blob.sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    await store.transact(blob.save)
    with pytest.raises(Unsealable):
        await evidence.open_piece(piece)


async def test_the_bytes_of_one_piece_do_not_open_as_another(store: Store, case: Case) -> None:
    first = await store.transact(lambda: case.brings(PNG + b"1"))
    second = await store.transact(lambda: case.brings(PNG + b"2"))
    swapped = bytes((await EvidenceBlob.get(id=first.id)).sealed)
    await store.transact(lambda: EvidenceBlob.filter(id=second.id).update(sealed=swapped))
    with pytest.raises(Unsealable):
        await evidence.open_piece(second)


async def test_a_candidates_own_words_are_a_piece(store: Store, case: Case) -> None:
    act = by(case.request.booking.candidate, via="kf")
    piece = await store.transact(lambda: evidence.keep_reply(act, case.request, "来不了了", act.source))
    assert (piece.kind, piece.media_type, piece.uploader_id) == (EvidenceKind.REPLY, "text/plain", None)  # type: ignore[attr-defined]
    assert await evidence.open_piece(piece) == "来不了了".encode()


async def test_hr_is_asked_for_the_newest_request_that_waits(store: Store, case: Case) -> None:
    waiting = await evidence.awaiting(by(case.hr))
    assert waiting is not None
    assert waiting.id == case.request.id
    await store.transact(lambda: case.brings(PNG))
    assert await evidence.awaiting(by(case.hr)) is None


async def test_a_unit_that_wants_evidence_but_no_approval_carries_out_when_it_came(store: Store) -> None:
    async def enter() -> CancellationRequest:
        unit = await office.unit("huachen/works", Preset.FAST)
        unit.policy = {"evidence": 1}
        await unit.save()
        hr = await office.employee("helin", unit, Role.HR)
        booking = await office.booking(unit)
        wish = cancelling.Wish("conflict")
        request = await cancelling.request_cancellation(by(hr), booking, wish, shown=booking.revision)
        assert request.status == RequestStatus.AWAITING_EVIDENCE
        await evidence.keep_file(by(hr), request, Material(PNG, "x.png", "m"))
        await cancelling.evidence_came(by(hr), request)
        return request

    request = await store.transact(enter)
    assert (await CancellationRequest.get(id=request.id)).status == RequestStatus.APPROVED
