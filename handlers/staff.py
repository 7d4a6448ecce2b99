"""What employees type and press: each verb and each button has its handler here, and nowhere else."""

from collections.abc import Awaitable, Callable

from cards.buttons import Press
from handlers import (
    anchors,
    approvals,
    archiving,
    bookings,
    briefs,
    calling,
    cancel,
    choosing,
    commenting,
    confirm_typed,
    confirming,
    delegations,
    deputies,
    erasing,
    evidence,
    evidence_viewing,
    examining,
    export_approvals,
    exporting,
    factors,
    handing_on,
    help,
    linking,
    lists,
    numbers,
    own_data,
    pace,
    passkeys,
    picking,
    presses,
    purges,
    recent,
    references,
    retention,
    returning,
    revealing,
    rights,
    rules,
    rules_submitting,
    saved_queries,
    sending_back,
    several,
    taking_back,
    waiting,
)
from handlers.reading.grammar import Command, read_command
from handlers.reading.verbs import Verb
from handlers.routing import Answer, Context
from models import Card, CardPurpose, Platform
from workflow import access, outbox
from workflow.acting import local
from workflow.card_views import card_view
from workflow.errors import NotNow, NotYours
from workflow.rights_words import name_of

Typed = Callable[[Context, Command], Awaitable[None]]
Pressed = Callable[[Context, Card], Awaitable[Answer]]

TYPED: dict[Verb, Typed] = {
    Verb.CANCEL: cancel.cancel,
    Verb.SUBMIT: cancel.submit_typed,
    Verb.CONFIRM_BATCH: cancel.confirm,
    Verb.UNDO: taking_back.undo,
    Verb.WITHDRAW: taking_back.withdraw,
    Verb.APPROVE: several.typed,
    Verb.REJECT: several.typed,
    Verb.SEND_BACK: sending_back.typed,
    Verb.COMMENT: commenting.typed,
    Verb.DELEGATE: delegations.typed,
    Verb.HAND_OVER: handing_on.typed,
    Verb.ADD: handing_on.typed,
    Verb.FIND: bookings.find,
    Verb.LIST: bookings.listing,
    Verb.TIMELINE: bookings.timeline,
    Verb.REMIND: recent.remind,
    Verb.PHONED: calling.phoned,
    Verb.RESTORE: returning.typed,
    Verb.ANCHOR: anchors.now,
    Verb.PERMISSIONS: rights.show,
    Verb.AUDIT_SEARCH: saved_queries.search,
    Verb.EXPORT: exporting.offer,
    Verb.EVIDENCE: exporting.offer_pack,
    Verb.SHOW: revealing.ask,
    Verb.SEE_EVIDENCE: evidence_viewing.ask,
    Verb.ARCHIVE: archiving.state,
    Verb.ARCHIVE_AGAIN: archiving.again,
    Verb.INTEGRITY: examining.asked,
    Verb.CHECKUP: examining.asked,
    Verb.PACE: pace.show,
    Verb.BRIEF: briefs.typed,
    Verb.EXPORT_LOG: export_approvals.ask,
    Verb.SAVE_QUERY: saved_queries.save,
    Verb.DELETE_QUERY: saved_queries.forget,
    Verb.BIND_CODE: factors.bind,
    Verb.CODE: factors.prove,
    Verb.RESET_CODE: rights.reset_proof,
    Verb.BIND_PASSKEY: passkeys.bind,
    Verb.REVOKE_PASSKEY: passkeys.revoke,
    Verb.RESET_PASSKEY: rights.reset_proof,
    Verb.GRANT: rights.propose,
    Verb.REVOKE: rights.propose,
    Verb.HOLD: retention.hold,
    Verb.RELEASE_HOLD: retention.release,
    Verb.RETENTION: retention.overview,
    Verb.PURGE: purges.propose,
    Verb.CERTIFICATE: purges.certificate,
    Verb.DEPUTY: deputies.typed,
    Verb.LINK: linking.typed,
    Verb.ERASE: erasing.propose,
    Verb.POLICY: rules.show,
    Verb.TRIAL: rules.trial,
}


READ_ANEW = (Verb.CANCEL, Verb.CONFIRM_BATCH, Verb.AUDIT_SEARCH, Verb.DELEGATE)
"""Verbs whose handlers say themselves what is unclear."""


async def text(context: Context) -> None:
    """Read one message of an employee and do what it says; what is not understood is answered, never guessed."""
    if await returning.refused_by_typing(context) or await saved_queries.takes(context):
        return
    if await references.takes(context) or await several.takes(context) or await rules_submitting.takes(context):
        return
    named = await numbers.named_in(context)
    command = read_command(context.incoming.text, local(context.act.now), named)
    if command is None:
        await help.unknown(context)
    elif await own_data.answered_by_hr(context, command) or await waiting.takes(context, command):
        return
    elif command.verb == Verb.CHOOSE:
        await choose(context, command)
    elif command.verb == Verb.MORE:
        await _more(context)
    elif command.verb == Verb.DROP:
        await taking_back.put_down(context)
    elif command.verb == Verb.TODO:
        await waiting.todo(context)
    elif command.verb == Verb.HELP:
        await help.help_for(context)
    elif command.verb not in TYPED:
        await _not_yet(context, command)
    elif command.verb == Verb.REMIND:
        await recent.remind(context, command)
    elif recent.is_bare(command):
        await recent.ask(context, command.verb)
    elif command.problems and command.verb not in READ_ANEW:
        await outbox.say(context.act, context.account, f"先没有办。{command.problems[0]}编号 {context.reference}")
    else:
        await _carefully(context, command)


async def _carefully(context: Context, command: Command) -> None:
    if command.verb == Verb.CANCEL and not (command.who.is_said or command.rest):
        await cancel.nearest(context, command)
        return
    if command.problems and command.verb not in (Verb.CONFIRM_BATCH, Verb.DELEGATE):
        await outbox.say(context.act, context.account, f"没有取消：{command.problems[0]}编号 {context.reference}")
        return
    await TYPED[command.verb](context, command)


async def _not_yet(context: Context, command: Command) -> None:
    text = f"「{command.verb}」还不能在这里办，什么都没有做。发「帮助」看能做什么。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)


async def _more(context: Context) -> None:
    """Answer 更多 with the next page of what was shown last."""
    question = await picking.asked(context)
    if question is not None and question["kind"] == choosing.KIND:
        await choosing.more(context, question)
    else:
        await lists.more(context, question)


async def choose(context: Context, command: Command) -> None:
    """Answer the number of a list; it is valid for the person and the list it was shown to, until it expires."""
    question = await picking.asked(context)
    items = question["items"] if question else []
    pick = command.picks[0] if command.picks else 0
    if question is None or not isinstance(items, list) or not 0 < pick <= int(str(question.get("shown", len(items)))):
        text = f"这个数字没有对应的选项（名单 2 分钟内有效），什么都没有做。请重新发指令。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
    elif question["kind"] == choosing.KIND:
        wish = question["wish"]
        await choosing.chosen(context, str(items[pick - 1]), wish if isinstance(wish, dict) else {})
    elif question["kind"] == lists.KIND:
        await lists.chosen(context, str(items[pick - 1]), question)
    elif question["kind"] == confirm_typed.KIND:
        await confirm_typed.chosen(context, str(items[pick - 1]))
    elif question["kind"] == handing_on.KIND:
        await handing_on.chosen(context, str(items[pick - 1]), question)
    elif question["kind"] == handing_on.HOW:
        await handing_on.how_chosen(context, str(items[pick - 1]), question)
    elif question["kind"] == sending_back.KIND:
        await sending_back.chosen(context, str(items[pick - 1]), question)
    elif question["kind"] == rights.KIND:
        await rights.chosen(context, str(items[pick - 1]), question["wish"])
    elif question["kind"] == evidence.KIND:
        await evidence.chosen(context, str(items[pick - 1]), question)
    elif question["kind"] == recent.KIND:
        await picking.drop(context)
        meant = recent.chosen(str(items[pick - 1]), str(question["verb"]))
        await TYPED[meant.verb](context, meant)
    else:
        text = f"请回复「同意 {pick}」「驳回 {pick} 原因」或「退回 {pick} 要补什么」。"
        await outbox.say(context.act, context.account, text)


async def file(context: Context) -> None:
    """Take a file as the rules that were asked for, else a picture or a file as evidence."""
    if not await rules_submitting.came(context):
        await evidence.came(context)


async def press(context: Context, press: Press) -> Answer:
    """Do what a button says, if its card is the presser's and still offers it."""
    card = await presses.card_of(context.incoming)
    if card is None or not await access.sees_card(context.act, card):
        raise NotNow(state="stale-button")
    if card.holder_id != context.employee.id:
        raise NotYours(approver=name_of(card.holder) if card.holder else "")
    view = await card_view(card, context.act)
    if press.action in view.actions:
        await presses.require_current(context, card)
    if press.action not in view.actions:
        if talk := waiting.talk_of(card):
            return await talk.too_late(context, card)
        raise await presses.too_late(card, view, press.action)
    answer = await _pressed(context, card, press.action)
    if context.account.platform == Platform.DINGTALK and press.action != "undo":  # which gives its card another handle
        await outbox.shown_at_once(context.act, card)
    return answer


async def _pressed(context: Context, card: Card, action: str) -> Answer:
    if talk := waiting.talk_of(card):
        return await talk.pressed(context, card, action)
    if card.purpose == CardPurpose.BOOKING and action in ("confirm", "dismiss"):
        return await returning.pressed(context, card, action)
    if card.purpose == CardPurpose.APPROVAL and action in ("hand_over", "add"):
        return await handing_on.pressed(context, card, action)
    if card.purpose == CardPurpose.APPROVAL and action == "see":
        return await evidence_viewing.pressed(context, card)
    if card.purpose == CardPurpose.APPROVAL and action != "undo":
        return await approvals.pressed(context, card, action)
    handlers: dict[str, Pressed] = {
        "confirm": confirming.file,
        "submit": confirming.file if card.purpose == CardPurpose.CONFIRM else confirming.submit,
        "dismiss": confirming.dismiss,
        "undo": taking_back.undo_pressed,
        "open": confirming.open_confirm,
        "remind": recent.remind_pressed,
        "withdraw": taking_back.withdraw_pressed,
    }
    return await handlers[action](context, card)
