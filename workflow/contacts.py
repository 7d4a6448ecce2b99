"""联系方式: whom a candidate can ask about an interview of a unit, in the words an administrator entered."""

from collections.abc import Mapping

from models import Organisation
from workflow import audit
from workflow.acting import Act
from workflow.policy import CONTACT
from workflow.showing import plain

LONGEST = 40  # it has to fit into an SMS beside the rest


async def contact_of(organisation: Organisation) -> str:
    """Return the unit's contact, or that of the nearest unit above it; nothing when none was entered."""
    parts = organisation.path.split("/")
    paths = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    units = await Organisation.filter(path__in=paths)
    told = [str(each.policy[CONTACT]) for each in sorted(units, key=_depth) if each.policy.get(CONTACT)]
    return told[-1] if told else ""


def _depth(organisation: Organisation) -> int:
    return len(organisation.path)


async def enter(act: Act, contacts: Mapping[str, str]) -> list[str]:
    """Enter the contacts of these units (path → words) and record each change; returns the paths that are no unit."""
    unknown = []
    for path, words in contacts.items():
        organisation = await Organisation.get_or_none(path=path)
        if organisation is None:
            unknown.append(path)
        elif organisation.policy.get(CONTACT, "") != (told := plain(words, LONGEST)):
            await _change(act, organisation, told)
    return unknown


async def _change(act: Act, organisation: Organisation, words: str) -> None:
    organisation.policy = {**organisation.policy, CONTACT: words}
    await organisation.save(update_fields=["policy"])
    await audit.record(
        act, organisation, "organisation.contact_entered", ("organisation", organisation.path, 1), data={"set": True}
    )
