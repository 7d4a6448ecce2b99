"""One picture in two cases: found when a file is kept, and told to whoever decides (重复使用的证明).

The same bytes are always found. A picture that looks the same is found by the perceptual hash that its inspection
left: another quality or size of it, not a cut, a turned or a redrawn one. It is a hint to people and refuses nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from models import Booking, CancellationRequest, Employee, Evidence, EvidenceKind
from workflow import access
from workflow.acting import Act
from workflow.errors import NotFound

NEAR = 130  # thousandths of what both pictures show that may differ; tests/unit/workflow/test_twins.py measures it
LEAST = 48  # edges that a picture must have, so that two empty pages are not called alike
SHAPES = 20  # thousandths by which width / height may differ
AS_FAR_BACK = timedelta(days=400)
MOST_COMPARED = 20_000
MOST_NAMED = 5


@dataclass(frozen=True)
class Twin:
    """Another request that uses a picture; `difference` in thousandths, 0 are the same bytes."""

    number: str
    difference: int


async def find(piece: Evidence, booking: Booking) -> list[Twin]:
    """Return the requests about other bookings of the same company that use the piece's file or its like."""
    root = booking.organisation.path.split("/")[0]
    others = (
        Evidence.filter(access.within([root], "request__organisation__"), kind=EvidenceKind.FILE)
        .exclude(request__booking_id=booking.id)
        .order_by("-created_at")
    )
    same = await others.filter(digest=piece.digest).limit(MOST_NAMED).values_list("request__number", flat=True)
    found = {str(number): 0 for number in same}
    if piece.look:
        near = others.filter(created_at__gt=piece.created_at - AS_FAR_BACK).exclude(look="")
        near = near.filter(shape__gte=piece.shape - SHAPES, shape__lte=piece.shape + SHAPES).limit(MOST_COMPARED)
        for number, look in await near.values_list("request__number", "look"):
            difference = differ(piece.look, str(look))
            if difference <= NEAR:
                found.setdefault(str(number), difference)
    return [Twin(number, difference) for number, difference in list(found.items())[:MOST_NAMED]]


def differ(one: str, other: str) -> int:
    """Return how much of what two pictures show differs, in thousandths; where one shows too little: all of it."""
    first, second = int(one, 16), int(other, 16)
    if min(first.bit_count(), second.bit_count()) < LEAST:
        return 1000
    return 1000 * (first ^ second).bit_count() // (first | second).bit_count()


async def seen(pieces: list[Evidence], viewer: Employee | None, act: Act) -> tuple[str, ...]:
    """Return a sentence for each other request, with its number where the viewer may know of that request."""
    used = {str(number): int(str(difference)) for piece in pieces for number, difference in piece.twins or []}
    return tuple([await _sentence(number, difference, viewer, act) for number, difference in used.items()])


async def _sentence(number: str, difference: int, viewer: Employee | None, act: Act) -> str:
    how = "也用在" if difference == 0 else "很像"
    where = f"申请 {number}" if await _may_know(number, viewer, act) else "另一个申请（不在你的范围，审计可查）"
    return f"证明里有文件{how}{where}{'' if difference == 0 else ' 里的图片'}"


async def _may_know(number: str, viewer: Employee | None, act: Act) -> bool:
    request = await CancellationRequest.get_or_none(number=number)
    if request is None or viewer is None:
        return False
    try:
        await access.request_for(Act(act.now, act.via, employee=viewer), request.id)
    except NotFound:
        return False
    return True
