"""Those outside who keep checkpoints: a group in a chat or auditors in private, witnesses, a time-stamp authority."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models import Account, Anchor, Checkpoint, Organisation, Platform
from notifier.channels import Channel, Parcel
from notifier.words import Words
from platforms.errors import Refused, Temporary
from platforms.witnesses import Behind
from workflow import anchoring, merkle, notes
from workflow.acting import local
from workflow.audit import GROUP_LOG
from workflow.lines import rows_of
from workflow.notes import VerifierKey
from workflow.showing import plain

TURNS = 4  # a witness's size may move while we ask: other rows of the same log are under way
LARGEST_TIME = 1 << 63
TITLE = "审计日志存证"


class Group(Protocol):
    """A group that can be written to."""

    @property
    def most_bytes(self) -> int:
        """Return how long a text may be."""

    async def post(self, title: str, text: str) -> str:
        """Post markdown and return the platform's receipt; raises a PlatformError."""


class Witness(Protocol):
    """A witness that can be asked."""

    async def add_checkpoint(self, old: int, proof: Sequence[bytes], note: bytes) -> str:
        """Return its signature lines; raises Behind, or another PlatformError."""


class Authority(Protocol):
    """A time-stamp authority."""

    async def stamp(self, digest: bytes) -> bytes:
        """Return the checked RFC 3161 answer; raises a PlatformError."""


@dataclass(frozen=True)
class GroupKeeper:
    """Posts one message that lists the checkpoints; those that do not fit are counted in it and not anchored."""

    group: Group
    now: Callable[[], datetime]

    async def keep(self, checkpoints: Sequence[Checkpoint]) -> Mapping[int, str]:
        """Post them; the receipt names the message by its SHA-256, beside what the platform gave."""
        rows = await _rows(checkpoints)
        text, listed = _fitting(rows, self.now(), self.group.most_bytes)
        given = await self.group.post(TITLE, text)
        return {each.id: _receipt(text, given) for each in checkpoints[:listed]}


MOST_BYTES = {Platform.DINGTALK: 12_000, Platform.WECOM: 2_000}  # of a private text, with room for （重发）


@dataclass(frozen=True)
class AuditorKeeper:
    """Tells one auditor in private what a group would be told; `key` and `posted_at` are of the row that asks."""

    channel: Channel
    account: Account
    key: str
    posted_at: datetime
    now: Callable[[], datetime]

    async def keep(self, checkpoints: Sequence[Checkpoint], repeat: bool) -> Mapping[int, str]:
        """Send the text, without markdown; the receipt names it by its SHA-256, beside what the platform gave."""
        rows = await _rows(checkpoints)
        shown, listed = _fitting(rows, self.now(), MOST_BYTES[self.account.platform])
        text = shown.removeprefix("### ").replace("`", "")
        words = Words(text, subject=TITLE)
        given = await self.channel.send(Parcel(self.key, self.account.address, words, self.posted_at, repeat))
        return {each.id: _receipt(text, given) for each in checkpoints[:listed]}


async def _rows(checkpoints: Sequence[Checkpoint]) -> list[str]:
    names = {each.origin: each.name for each in await Organisation.all()}
    return [_row(each, names) for each in checkpoints]


def _receipt(text: str, given: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()} {given}".strip()


def _fitting(rows: Sequence[str], now: datetime, most_bytes: int) -> tuple[str, int]:
    """Return the text with as many rows as fit, and how many those are."""
    listed = len(rows)
    while len((text := _text(rows[:listed], len(rows), now)).encode()) > most_bytes:
        listed -= 1
    return text, listed


def _text(rows: Sequence[str], of: int, now: datetime) -> str:
    rest = [f"- 另有 {of - len(rows)} 本放不下，没有列出"] if of > len(rows) else []
    return "\n".join(
        [
            f"### 审计日志存证　{local(now):%Y-%m-%d %H:%M}",
            "每本日志一行：单位、已签名的记录数、存证码、根哈希的前 16 位。",
            "",
            *rows,
            *rest,
            "",
            "请留着这条消息，不用回复。要核对时，任选一个存证码，在守约的服务器上运行 "
            "`python -m bot audit verify --code 存证码`，显示完好；或在解开的审计包里运行 "
            "`python3 verify_codes.py --code 存证码`，显示对得上。那么这些记录就没有被改过、删过或插过。",
        ]
    )


def _row(checkpoint: Checkpoint, names: Mapping[str, str]) -> str:
    unit = "不属于任何单位" if checkpoint.log == GROUP_LOG else plain(names.get(checkpoint.log, checkpoint.log), 30)
    return f"- {unit}：{checkpoint.size} 条，{checkpoint.code}，`{checkpoint.root[:16]}`"


@dataclass(frozen=True)
class WitnessKeeper:
    """Asks a witness to cosign; its word counts only where it verifies under the key that the settings name."""

    api: Witness
    key: VerifierKey

    async def keep(self, checkpoints: Sequence[Checkpoint]) -> Mapping[int, str]:
        """Return the cosignature line; nothing when the witness has gone on to a later checkpoint of ours."""
        [checkpoint] = checkpoints
        old = await self._last_size(checkpoint.log)
        for _ in range(TURNS):
            if old > checkpoint.size:
                await _ours(checkpoint.log, old)
                return {}
            try:
                proof = await _proof(checkpoint, old)
                lines = await self.api.add_checkpoint(old, proof, checkpoint.note.encode())
            except Behind as behind:
                old = behind.size
                continue
            return {checkpoint.id: self._verified(lines, checkpoint)}
        raise Temporary("busy", "the witness's size keeps moving")

    async def _last_size(self, log: str) -> int:
        kept = Anchor.filter(checkpoint__log=log, kind=anchoring.WITNESS, name=self.key.name)
        last = await kept.order_by("-checkpoint__size").prefetch_related("checkpoint").first()
        return last.checkpoint.size if last else 0

    def _verified(self, lines: str, checkpoint: Checkpoint) -> str:
        text = notes.parse_note(checkpoint.note.encode()).text
        try:
            answered = notes.parse_note(f"{text}\n{lines}".encode())
        except ValueError:
            raise Refused("cosignature", "the answer holds no signature lines") from None
        ours = [each for each in answered.signatures if self.key.made(each)]
        if answered.text != text or not ours or not all(self.key.verifies(text, each) for each in ours):
            raise Refused("cosignature", "the answer holds no valid cosignature of this witness")
        if not 0 < int.from_bytes(ours[0].made[:8], "big") < LARGEST_TIME:
            raise Refused("cosignature", "the cosignature names no time")
        return ours[0].line


async def _ours(log: str, size: int) -> Checkpoint:
    """Return our checkpoint of a size that a witness has cosigned; one that is gone is an alarm."""
    found = await Checkpoint.get_or_none(log=log, size=size)
    if found is None:
        raise Refused("unknown-size", f"the witness has cosigned {size} records, of which we have no checkpoint")
    return found


async def _proof(checkpoint: Checkpoint, old: int) -> list[bytes]:
    """Prove that a checkpoint goes on from an older one, reading only the lines between them."""
    if old in (0, checkpoint.size):
        return []
    earlier = await _ours(checkpoint.log, old)
    leaves: list[bytes] = []
    async for row in rows_of(checkpoint.log, old):
        leaves.append(merkle.leaf(row.line.encode()))
        if row.seq >= checkpoint.size:
            break
    return merkle.Range.load(earlier.peaks).consistency(leaves)


@dataclass(frozen=True)
class AuthorityKeeper:
    """Has the SHA-256 of a checkpoint's three lines stamped."""

    api: Authority

    async def keep(self, checkpoints: Sequence[Checkpoint]) -> Mapping[int, str]:
        """Return the whole answers in base64, as they go into packs."""
        receipts: dict[int, str] = {}
        for each in checkpoints:
            text = notes.parse_note(each.note.encode()).text
            answer = await self.api.stamp(hashlib.sha256(text.encode()).digest())
            receipts[each.id] = base64.b64encode(answer).decode()
        return receipts
