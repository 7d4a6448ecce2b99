"""A bot before whose doors somebody guesses: what they recorded first, and what came of all they sent."""

from collections import Counter

from models import EntryLink
from models.vault import vault
from tests.scenarios.bot_endpoint import CIPHER, CORP, Endpoint, enveloped, typed
from tests.threats.guessing import Recorded

DAY = ("取消 高原 原因 行程冲突", "列表 本周", "帮助", "取消 9999", "待我审批", "权限 我")


async def recorded_day(bot: Endpoint) -> Recorded:
    """Let colleagues speak, with somebody listening on the way: each callback has had its effect once."""
    queries, ciphertexts = [], []
    for place in range(30):
        encrypted = CIPHER.encrypt(typed(DAY[place % len(DAY)], f"77{place:017}"))
        query = bot.signed(encrypted, nonce=str(10**9 + place))
        assert await bot.post(query, enveloped(encrypted)) == 200
        queries.append(query)
        ciphertexts.append(encrypted)
    tokens = [vault().token("entry", each.id.hex) for each in await EntryLink.all().limit(20)]
    return Recorded(queries, ciphertexts, tokens, CORP)


def wrong(answered: Counter[str]) -> dict[str, int]:
    """Return what should not have been answered so: only what was here before is told that it is well, and pages
    that nobody has are not found.
    """
    right = {
        "recorded": {200, 400, 403},  # as long as its time is near, then as one from another time
        "odd parameters": {200, 400, 403},  # one that is left out of nothing is a recorded one
        "torn body": {200, 400, 403, 413},  # torn where nothing stood that is read
        "guessed page": {400, 403, 404, 429},
        "guessed sms": {400, 403, 404},
    }
    return {
        said: many
        for said, many in answered.items()
        if int(said.rpartition(" ")[2]) not in right.get(said.rpartition(":")[0], {400, 403})
    }
