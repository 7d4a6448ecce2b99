"""What colleagues wrote beside a hold, an export or an authorisation, for people who may see no candidate (S81).

Such words are about no one case, so whom they name has to be found out: a name is looked up as a search would, by its
keyed hash. Whoever may see candidates in the unit reads the words as they are.
"""

import re
from datetime import datetime
from typing import Final

from models import Booking, BookingTerm, Candidate, Employee, Organisation
from models.vault import vault
from workflow import access, masking
from workflow.showing import LONGEST_COMMENT, plain
from workflow.sight import LONGEST_READ, sight_in

HAN_RUN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·]{2,}")
LONGEST_WORD: Final = 6  # characters of a name that stands among others without a mark
MOST_NAMED: Final = 50  # candidates that one text names
LOOKED_AT: Final = 500  # characters in which names are looked for: no more is ever shown


async def read_by(
    viewer: Employee | None,
    organisation: Organisation,
    text: object,
    now: datetime,
    *,
    about: Candidate | None = None,
    longest: int = LONGEST_COMMENT,
) -> str:
    """Return the words as this person may read them, cut; nothing stays nothing.

    `about` is whom they are known to be about. Hidden are the names of every candidate of the house, of whatever unit.
    """
    words = plain(str(text or ""), LONGEST_READ)[:LOOKED_AT]
    if not words or (viewer is not None and (await sight_in(viewer, organisation, now)).full):
        return plain(words, longest)
    for each in [*([about] if about else []), *await _named_in(words, organisation)]:
        words = masking.without_personal(words, each)
    return plain(masking.without_numbers(words), longest)


async def _named_in(words: str, organisation: Organisation) -> list[Candidate]:
    hashes = [vault().index("term", f"w:{each}") for each in _possible_names(words)]
    house = access.within([organisation.path.split("/")[0]])
    terms = BookingTerm.filter(term__in=hashes).values_list("booking_id", flat=True)
    found = Booking.filter(house, id__in=list(await terms)).prefetch_related("candidate").limit(MOST_NAMED)
    people = {each.candidate_id: each.candidate for each in await found}
    return [each for each in people.values() if each.secret is not None]


def _possible_names(words: str) -> list[str]:
    """List every stretch of Chinese characters that may be a name, as the index has whole names: without a dot."""
    runs = HAN_RUN.findall(words)
    parts = {
        run[start : start + size]
        for run in runs
        for size in range(2, LONGEST_WORD + 1)
        for start in range(len(run) - size + 1)
    }
    latin = re.findall(r"[a-z]{2,20}", words.casefold())
    whole = {run for run in runs if "·" in run}
    return sorted({each.replace("·", "") for each in parts | whole} | set(latin))
