"""The booking that a message names by the number it has in another system: W-2, 2026-0012."""

from handlers.reading.names import query_terms
from handlers.reading.numbered import UNNAMED, NamedBooking, NumberWord, number_words
from handlers.routing import Context
from models import Booking
from workflow import access, finding
from workflow.acting import local
from workflow.errors import NotFound
from workflow.showing import plain


async def named_in(context: Context) -> NamedBooking:
    """Find the booking whose own number stands in a message, or what has to be asked about it.

    What is no number of the person's units is left to the grammar, but for what stands behind 预约号.
    """
    words = number_words(context.incoming.text, local(context.act.now))
    found = await finding.numbered(context.employee, [each.text for each in words], context.act.now) if words else {}
    for word in words:
        numbers = found[word.text]
        if not numbers and not word.surely:
            continue
        return await _named(context, word, numbers)
    return UNNAMED


async def _named(context: Context, word: NumberWord, numbers: list[str]) -> NamedBooking:
    shown = plain(word.text)
    if len(numbers) > 1:
        said = "、".join(plain(each) for each in numbers)
        return NamedBooking(word.text, word.span, f"「{shown}」有 {len(numbers)} 条：{said}。请照显示的大小写写。")
    if word.doubtful and (word.day or await _is_somebody(context, word.text)):
        what, otherwise = _other_reading(word)
        ask = f"「{shown}」是预约号，还是{what}？是预约号请写「预约号 {shown}」，{otherwise}。"
        return NamedBooking(word.text, word.span, ask)
    return NamedBooking(next(iter(numbers), word.text), word.span)


def _other_reading(word: NumberWord) -> tuple[str, str]:
    """Say what else a word may be, and how that is written so that it is nothing else."""
    if word.day:
        return "日期", "是日期请加上姓名"
    if word.text.isdigit():
        return "手机尾号", f"是手机尾号请写「尾号 {word.text[-4:]}」"
    return "姓名的拼音", "是人请写中文姓名或手机尾号"


async def _is_somebody(context: Context, word: str) -> bool:
    """Tell whether somebody may be meant by the same word: by a phone's tail, or a name in letters."""
    terms = query_terms(word)
    return bool(await finding.find(context.employee, access.READ, context.act.now, any_of=terms, live=False, most=1))


async def booking_of(context: Context, number: str) -> Booking:
    """Fetch a booking of the person's units by its number alone; a foreign one is as absent as none."""
    numbers = (await finding.numbered(context.employee, [number], context.act.now))[number]
    if len(numbers) != 1:
        raise NotFound(what="booking")
    return await Booking.get(number=numbers[0])
