"""Interviews as iCalendar objects that a mail program puts into, moves in and takes out of a calendar."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

Method = Literal["REQUEST", "CANCEL"]


def invitation(
    uid: str,
    sequence: int,
    starts: datetime,
    ends: datetime,
    summary: str,
    organizer: str,
    attendee: str,
    method: Method,
    *,
    written_at: datetime,
    zone: str = "Asia/Shanghai",
    location: str = "",
) -> bytes:
    """Write one invitation, its update (same `uid`, higher `sequence`) or its cancellation (RFC 5546).

    Moments are aware and written in `zone`, whose rules are included. `organizer` and `attendee` are mail addresses.
    """
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", written_at)
    event.add("dtstart", starts.astimezone(ZoneInfo(zone)))
    event.add("dtend", ends.astimezone(ZoneInfo(zone)))
    event.add("summary", summary)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    event.add("attendee", _invited(attendee))
    if location:
        event.add("location", location)
    return bytes(_calendar(event, method).to_ical())


def _invited(attendee: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{attendee}")
    address.params["role"] = vText("REQ-PARTICIPANT")
    address.params["partstat"] = vText("NEEDS-ACTION")
    address.params["rsvp"] = vText("FALSE")
    return address


def _calendar(event: Event, method: Method) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Shouyue//Shouyue//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar
