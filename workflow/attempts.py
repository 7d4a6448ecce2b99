"""Refused attempts as a reader of a timeline is told them: those on this very request, the same one only once."""

from collections import Counter
from dataclasses import replace

from workflow.timeline import REFUSED, TIMES, Case, Entry

EXACTLY = ("action", "what", "state")  # what a record says of an attempt beside its reason code


def told(case: Case, entries: list[Entry]) -> list[Entry]:
    """Return the entries with equal attempts gathered at the first; its `data` then says how many `times`.

    The records themselves are all in the log and in what is exported.
    """
    mine = [each for each in entries if each.action != REFUSED or case.request is None or each.subject == case.number]
    counts = Counter(_key(each) for each in mine if each.action == REFUSED)
    found: list[Entry] = []
    for each in mine:
        times = counts.pop(_key(each), 0) if each.action == REFUSED else 1
        if times:
            found.append(replace(each, data={**each.data, TIMES: times}) if each.action == REFUSED else each)
    return found


def _key(entry: Entry) -> tuple[str, ...]:
    return (entry.person, entry.subject, entry.why, *(str(entry.data.get(each, "")) for each in EXACTLY))
