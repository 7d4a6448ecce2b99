"""T1: a forged callback is refused, and the refusal does not tell what was wrong with it.

The single causes stand in tests/scenarios/test_callbacks_hostile.py and tests/unit/platforms/test_wecom_callback.py.
"""

import ast
import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.wecom.cipher import Cipher
from tests.scenarios.bot_endpoint import AES_KEY, CIPHER, CORP, TOKEN, Endpoint, enveloped, everything, typed
from tests.threats.guessed import recorded_day, wrong
from tests.threats.guessing import KINDS, attack

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("bot", "handlers", "models", "notifier", "platforms", "workflow")
SECRET = re.compile(r"signature|secret|password|token$|seal$|hmac|mac$", re.IGNORECASE)
CAREFUL = [
    "callback.py",
    "confirm_page.py",
    "entry_links.py",
    "evidence_viewing.py",
    "exporting.py",
    "factor_pages.py",
    "one_time.py",
    "openings.py",
    "passkeys.py",
    "remote.py",
    "revealing.py",
    "sms.py",
    "totp.py",
    "web.py",
]
COMMAND = typed("取消 高原 原因 行程冲突", "7700000000000000001")


async def test_every_forgery_gets_the_same_answer_to_the_byte(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    good = bot.signed(encrypted)
    stranger = Cipher(TOKEN, "A" * 43, CORP).encrypt(COMMAND)
    other_corp = Cipher(TOKEN, AES_KEY, "wwother").encrypt(COMMAND)
    cut = base64.b64encode(base64.b64decode(encrypted)[:-16]).decode()
    late = {**good, "timestamp": bot.stamp(-900)}
    late["msg_signature"] = CIPHER.signature(late["timestamp"], late["nonce"], encrypted)
    attacks: list[tuple[Any, str]] = [({**good, "msg_signature": "0" * 40}, encrypted), (late, encrypted)]
    attacks += [(bot.signed(each), each) for each in (stranger, other_corp, cut, "AAAA", encrypted[:-1])]
    before = await everything()
    answers = set()
    for query, ciphertext in attacks:
        async with bot.http.post(bot.callback, params=query, data=enveloped(ciphertext)) as answer:
            kept = {name: value for name, value in answer.headers.items() if name != "Date"}
            answers.add((answer.status, await answer.read(), str(sorted(kept.items()))))
    assert {(status, body) for status, body, _ in answers} == {(403, b"")}
    assert len(answers) == 1
    assert await everything() == before


async def test_three_thousand_guesses_at_every_door_have_no_effect_and_no_server_error(bot: Endpoint) -> None:
    """A million of them are `make nightly-callbacks`."""
    seen = await recorded_day(bot)
    before, counted = await everything(), sum(bot.refused.values())
    answered = await attack("127.0.0.1", bot.app.port, range(3000), seen)
    assert wrong(answered) == {}
    assert {said.rpartition(":")[0] for said in answered} == set(KINDS)
    assert await everything() == before
    turned_away = sum(bot.refused.values()) - counted
    assert turned_away + answered["guessed page: 404"] + answered["guessed sms: 404"] >= 3000


async def test_a_guess_that_is_right_would_be_noticed(bot: Endpoint) -> None:
    """The guesses are judged by what they change: here the guesser has recorded what has not arrived yet."""
    seen, late = await recorded_day(bot), CIPHER.encrypt(COMMAND)
    before = await everything()
    kept_back = replace(seen, queries=[bot.signed(late)], ciphertexts=[late])
    answered = await attack("127.0.0.1", bot.app.port, range(200), kept_back)
    assert answered["recorded: 200"]
    assert await everything() != before


def test_no_secret_is_compared_byte_by_byte() -> None:
    """`==` stops at the first byte that differs and so tells how much of a guess was right; compare_digest does not."""
    files = [each for folder in LAYERS for each in (ROOT / folder).rglob("*.py")]
    assert sorted(each.name for each in files if "compare_digest(" in each.read_text("utf-8")) == CAREFUL
    found = {file.name: ast.unparse(node) for file in files for node in comparisons(file)}
    assert found == {"tokens.py": "self._token != refused"}  # both are our own: was it renewed meanwhile?


def comparisons(file: Path) -> Iterator[ast.Compare]:
    """Yield where `==` or `!=` has something secret on a side, by its name."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Compare) or not any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops):
            continue
        if any(SECRET.search(_name(each)) for each in (node.left, *node.comparators)):
            yield node


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
