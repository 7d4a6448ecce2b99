"""同意 and 驳回 of what a colleague proposed, by number or by the list, and on its card."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from handlers.reading.grammar import Command
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import Verb
from handlers.rights_words import explained
from handlers.routing import Answer, Context
from models import Card, Employee
from workflow import outbox, proposals
from workflow.acting import Act
from workflow.card_views import card_view
from workflow.errors import NotNow
from workflow.proposals import Kind, Proposal


@dataclass(frozen=True)
class Talk(Generic[Proposal]):
    """How people speak of one kind of proposal.

    `letter` begins its numbers; `what` names it (授权申请). `described` says one in a line, `done` what follows from
    the decision that was just made.
    """

    kind: Kind[Proposal]
    letter: str
    what: str
    awaiting: Callable[[Employee, datetime], Awaitable[list[Proposal]]]
    approve: Callable[..., Awaitable[Proposal]]
    reject: Callable[..., Awaitable[Proposal]]
    withdraw: Callable[[Act, Proposal], Awaitable[Proposal]]
    described: Callable[[Proposal], str]
    proposer: Callable[[Proposal], str]
    done: Callable[[Proposal], str]

    def line(self, proposal: Proposal) -> str:
        """Say one in a list: number, what it is, and whose it is."""
        by = self.proposer(proposal)
        return f"{proposal.number} {self.described(proposal)}{f'（{by} 提出）' if by else ''}"

    def number_in(self, text: str) -> re.Match[str] | None:
        """Find a number of this kind in what was written; its letter is a small one there."""
        return re.search(rf"(?<![a-z0-9]){self.letter.lower()}[0-9]{{8}}-[0-9]{{3,11}}(?![0-9])", plain(text))

    async def by_number(self, context: Context, command: Command) -> bool:
        """Answer what names one by its number; False where it names none."""
        number = self.number_in(context.incoming.text)
        if number is None:
            return False
        proposal = await proposals.named(context.act, self.kind, number[0])
        comment = as_written(context.incoming.text)[number.end() :].strip(" ，,：:")
        await self.answer(context, command, proposal, comment)
        return True

    async def answer(self, context: Context, command: Command, proposal: Proposal, comment: str) -> None:
        """Decide one by 同意 or 驳回, or take it back by 撤回; nothing else can be said to it."""
        if command.verb == Verb.WITHDRAW:
            await self.withdraw(context.act, proposal)
            text = f"已撤回：{self.described(proposal)}（{proposal.number}），没有任何变化，审批人的卡片会显示已撤回。"
            await outbox.say(context.act, context.account, text)
            return
        if command.verb not in (Verb.APPROVE, Verb.REJECT):
            how = f"请回复「同意 {proposal.number}」或「驳回 {proposal.number} 原因」。"
            text = explained(f"{self.what}只能同意或驳回。{how}", context.reference)
            await outbox.say(context.act, context.account, text)
            return
        await self._decide(context.act, proposal, comment, agreed=command.verb == Verb.APPROVE)
        text = f"已{command.verb}：{self.described(proposal)}（{proposal.number}）{self.done(proposal)}。"
        await outbox.say(context.act, context.account, text)

    async def _decide(self, act: Act, proposal: Proposal, comment: str, *, agreed: bool) -> None:
        decide = self.approve if agreed else self.reject
        await decide(act, proposal, comment=comment)

    async def pressed(self, context: Context, card: Card, action: str) -> Answer:
        """Answer 同意 or 驳回 on the card."""
        proposal = await proposals.on_card(context.act, self.kind, card)
        comment = str(context.incoming.form.get("comment", ""))
        await self._decide(context.act, proposal, comment, agreed=action == "approve")
        return Answer(await card_view(card, context.act))

    async def too_late(self, context: Context, card: Card) -> Answer:
        """Say why a button is no longer there: decided, expired, or the presser's role is gone."""
        proposal = await proposals.on_card(context.act, self.kind, card)
        proposals.require_open(self.kind, proposal, context.act.now)
        raise NotNow(state="stale-button")


AnyTalk = Talk[Any]


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits for somebody, with how to speak of it."""

    talk: AnyTalk
    proposal: Any

    @property
    def line(self) -> str:
        """Say it in a list."""
        return self.talk.line(self.proposal)


async def own(context: Context, talks: tuple[AnyTalk, ...]) -> list[Waiting]:
    """Return what this person proposed and nobody decided yet, kind by kind."""
    me, now = context.employee, context.act.now
    return [Waiting(talk, each) for talk in talks for each in await proposals.proposed_by(me, talk.kind, now)]


async def waiting(context: Context, talks: tuple[AnyTalk, ...]) -> list[Waiting]:
    """Return every proposal that this person may decide now, kind by kind, oldest first."""
    return [Waiting(talk, each) for talk in talks for each in await talk.awaiting(context.employee, context.act.now)]
