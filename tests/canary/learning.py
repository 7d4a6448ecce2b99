"""What one test gives away: every sealed column as it is written, and every secret while its owner is alive.

Nothing of ours is patched: rows are seen by Tortoise's own signals, settings and tokens among the living objects, what
a child process wrote in the database it left behind, read with the keys of its home.
"""

import base64
import gc
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel
from tortoise.models import Model
from tortoise.signals import Signals

import models
from bot.settings import Settings
from models import DownloadLink, EntryLink, Evidence, Factor, Passkey, RevealLink
from models.sealed import ERASED, SealedModel, columns
from models.vault import Vault, vault
from platforms.tokens import Tokens as OurTokens
from sandbox.dingtalk.tokens import Tokens as DingtalkTokens
from sandbox.people import PEOPLE
from sandbox.wecom.tokens import Tokens as WecomTokens
from tests.canary.searching import Value
from tests.canary.speaking import our_sentences
from tests.threats.canaries import SHORTEST, secrets_in
from workflow import downloads, factors, one_time, passkeys, revealing

HUMAN = re.compile(r"[^\x00-\x7f]|\s|@|://|(?<![0-9A-Za-z])1\d{10}(?![0-9A-Za-z])")
"""In stored JSON: words of people, addresses, phones, links. The rest are ids, numbers, moments and our own words."""
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}", re.ASCII)
"""The code of a checkpoint: made to be published (docs/audit/format.md), also where it went out in a message."""
COMMAND = re.compile(r"[\u4e00-\u9fff]{1,6}[ ：]?[QYXE]\d{8}-\d+")
"""A word and a reference: what the program itself tells people to type; references stand in the clear everywhere."""
MIDDLE = 24  # bytes on each side of the middle of a file: its ends look like those of others


class Learnt:
    """The values of one test by kind, and how many could not be told apart from what the program itself says."""

    def __init__(self) -> None:
        self.values: defaultdict[str, set[Value]] = defaultdict(set)
        self.set_aside: Counter[str] = Counter()
        self._seen: set[tuple[str, Value]] = set()
        self.userids: set[str] = set()
        for person in PEOPLE:
            self.add("candidate.phone" if person.phone else "", person.phone)
            self.add("candidate.email" if person.email else "", person.email)

    def add(self, kind: str, value: Value | None) -> None:
        """Remember a value, unless it is too short to be found, or one of the program's own words."""
        if not value or value == ERASED or (kind, value) in self._seen:
            return
        self._seen.add((kind, value))
        why = reason_to_leave(value)
        if why:
            self.set_aside[f"{kind}: {why}"] += 1
        else:
            self.values[kind].add(value)

    def add_text(self, kind: str, text: str | None) -> None:
        """Remember a text, or each text in it where it is JSON."""
        for leaf in leaves(text or ""):
            self.add(kind, leaf)

    def sought(self) -> Iterator[tuple[str, Value]]:
        """Return what is to be looked for; an employee's userid stands in the log by design (docs/audit/format.md)."""
        for kind, values in self.values.items():
            for value in values:
                if value not in self.userids:
                    yield kind, value

    def left(self) -> Counter[str]:
        """Count what is not looked for, by kind and reason."""
        ids = {kind: len(values & self.userids) for kind, values in self.values.items()}
        return self.set_aside + Counter({f"{kind}: an employee's userid": count for kind, count in ids.items()})


def leaves(text: str) -> Iterator[str]:
    """Return the texts of a JSON document but for its identifiers, or the text itself."""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict | list):
        yield text
        return
    yield from filter(HUMAN.search, _strings(content))


def _strings(content: Any) -> Iterator[str]:
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for each in inner:
        yield from _strings(each)
    if isinstance(content, str):
        yield from leaves(content) if content[:1] in "{[" and content else (content,)


@cache
def reason_to_leave(value: Value) -> str:
    """Tell why a value cannot be looked for, if so."""
    if len(value.encode() if isinstance(value, str) else value) < SHORTEST:
        return "shorter than 6 bytes"
    words = value if isinstance(value, str) else value.decode("utf-8", "replace")
    if CODE.fullmatch(words):
        return "the code of a checkpoint is public"
    if COMMAND.fullmatch(words):
        return "a command and a reference"
    return "the program says just this itself" if words in our_sentences() else ""


def listen_to_rows(current: Callable[[], Learnt]) -> None:
    """Let every table tell what is written, from now on."""
    for table in tables():
        table.register_listener(Signals.pre_save, _on_save(current))


def tables() -> list[type[Model]]:
    """Return every table."""
    return [each for each in vars(models).values() if isinstance(each, type) and issubclass(each, Model)]


def _on_save(current: Callable[[], Learnt]) -> Callable[..., Any]:
    async def heard(table: type[Model], row: Any, _db: object, _fields: object) -> None:
        learn_row(current(), row)

    return heard


def learn_row(learnt: Learnt, row: Any) -> None:
    """Remember what is personal or secret about a row that is about to be stored."""
    if isinstance(row, models.Employee):
        learnt.userids.add(row.key)
    if isinstance(row, SealedModel):
        for column in columns(type(row)):
            name = column.removeprefix("sealed_")
            learnt.add_text(f"{row._meta.db_table}.{name}", getattr(row, name))
        learnt.add("secret of a person", row.secret)
    if isinstance(row, Evidence):
        learnt.add("digest of evidence", row.digest)
    for kind, text in _proofs(row):
        learnt.add(kind, text)


def _proofs(row: Any) -> Iterator[tuple[str, str]]:
    """Return what opens a page, and what only its own form carries; nothing of it is stored."""
    if isinstance(row, EntryLink):
        yield "token of a link", vault().token("entry", row.id.hex)
    purposes = {
        DownloadLink: downloads.PURPOSE,
        RevealLink: revealing.PURPOSE,
        Factor: factors.PURPOSE,
        Passkey: passkeys.PURPOSE,
    }
    if purpose := purposes.get(type(row), ""):
        yield "token of a link", one_time.token_of(purpose, row.id.hex)
        yield "seal of a form", one_time.seal_of(purpose, row.id)
    if isinstance(row, Factor):
        yield "factor.seed", factors.spelled(row)


def learn_living(learnt: Learnt) -> None:
    """Remember the secrets of all settings, vaults and holders of tokens that are alive; refused settings hold none."""
    for each in gc.get_objects():
        if type(each) in LIVING and vars(each):
            LIVING[type(each)](learnt, each)


def _settings(learnt: Learnt, settings: BaseModel) -> None:
    for path, secret in secrets_in(settings):
        learnt.add(path, secret)
    for path, url in _addresses(settings):
        learnt.add(path, unquote(urlsplit(url).password or ""))


def _addresses(section: BaseModel, path: str = "") -> Iterator[tuple[str, str]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _addresses(value, f"{path}{name}.")
        elif isinstance(value, str) and "://" in value:
            yield f"setting {path}{name} (password)", value


def _vault(learnt: Learnt, each: Vault) -> None:
    for value in vars(each).values():
        learnt.add("key derived by a vault", value if isinstance(value, bytes) else None)


def _issued(learnt: Learnt, each: WecomTokens) -> None:
    for token in each._ends:
        learnt.add("access token", token)


def _held(learnt: Learnt, each: OurTokens | DingtalkTokens) -> None:
    learnt.add("access token", each._token)


LIVING: dict[type, Callable[[Learnt, Any], None]] = {
    Settings: _settings,
    Vault: _vault,
    WecomTokens: _issued,
    DingtalkTokens: _held,
    OurTokens: _held,
}


def learn_key_files(learnt: Learnt, files: Iterable[Path]) -> dict[int, bytes]:
    """Remember the keys that lie in a folder; return those of the vault by their number."""
    keys: dict[int, bytes] = {}
    for file in files:
        content = file.read_bytes()
        learnt.add(f"key file {re.sub(r'[0-9]+', 'N', file.name)}", content)
        learnt.add(f"key file {re.sub(r'[0-9]+', 'N', file.name)}", base64.b64encode(content).decode())
        number = re.fullmatch(r"vault-(\d+)\.key", file.name)
        if number and len(content) == 32:
            keys[int(number[1])] = content
    return keys


def middle(content: bytes) -> bytes:
    """Return the middle of a file, which no other file has."""
    half = len(content) // 2
    return content[max(0, half - MIDDLE) : half + MIDDLE]
