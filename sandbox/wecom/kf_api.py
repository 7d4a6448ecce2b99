"""The calls of WeChat customer service: accounts, links, pulling, sending, session state and customer data."""

import re
import secrets
from typing import Any

from sandbox.faults import silent
from sandbox.wecom import directory
from sandbox.wecom.api import Call
from sandbox.wecom.errors import WecomError
from sandbox.wecom.kf_account import NAME, KfAccount, Menu
from sandbox.wecom.kf_messages import Content, check_msgid, content_of
from sandbox.wecom.kf_state import ENDED, HUMAN, Customer

SCENE = re.compile(r"[0-9a-zA-Z_-]{0,32}")
PULLS_A_MINUTE_WITHOUT_TOKEN = 30


async def account_list(call: Call) -> dict[str, object]:
    """Answer kf/account/list (O:94661)."""
    kf = call.corp.kf
    account = {"open_kfid": kf.open_kfid, "name": NAME, "avatar": "", "manage_privilege": True}
    return {"account_list": [account] if int(call.body.get("offset") or 0) == 0 else []}


async def add_contact_way(call: Call) -> dict[str, object]:
    """Answer kf/add_contact_way (O:94665)."""
    kf, scene = _account(call), call.text("scene")
    if not SCENE.fullmatch(scene):
        raise WecomError(40058, "scene")
    return {"url": kf.link(scene)}


async def sync_msg(call: Call) -> dict[str, object]:
    """Hand out what customers did since a cursor (O:94670)."""
    kf, limit = _account(call), call.body.get("limit", 1000)
    if not isinstance(limit, int) or not 0 <= limit <= 1000:
        raise WecomError(40058, "limit")
    _check_pull(kf, call.text("token"))
    items, cursor, more = kf.log.page(call.text("cursor"), limit or 1000, kf.now())
    return {"next_cursor": cursor, "has_more": int(more), "msg_list": items}


async def send_msg(call: Call) -> dict[str, object]:
    """Send to a customer inside the window (O:94677); success does not mean delivered."""
    kf = _account(call)
    customer = kf.customer(call.body.get("touser"))
    msgid = _claimed_msgid(call, kf)
    content = content_of(call.body, kf.media)
    customer.check_may_send(kf.now())
    customer.left -= 1
    kf.msgids.add(msgid)
    if silent.get():
        _log_failure(kf, customer, msgid)
    else:
        _show(kf, customer, content)
    return {"msgid": msgid}


async def send_msg_on_event(call: Call) -> dict[str, object]:
    """Send with a one-time code, outside the count of five (O:95122)."""
    kf = call.corp.kf
    code = kf.codes.find(call.body.get("code"))
    msgid = _claimed_msgid(call, kf)
    content = content_of(call.body, kf.media, ("text",) if code.scene == "pool" else ("text", "msgmenu"))
    if len(content.items) > 10:
        raise WecomError(95008)
    code.used = True
    kf.msgids.add(msgid)
    if code.scene == "welcome":
        code.customer.welcomed_at = kf.now()
    _show(kf, code.customer, content)
    return {"msgid": msgid}


async def state_get(call: Call) -> dict[str, object]:
    """Answer kf/service_state/get (O:94669)."""
    customer = _account(call).customer(call.body.get("external_userid"))
    answer: dict[str, object] = {"service_state": customer.state}
    return answer | ({"servicer_userid": customer.servicer} if customer.state == HUMAN else {})


async def state_trans(call: Call) -> dict[str, object]:
    """Move a session (O:94669)."""
    kf, state, servicer = _account(call), call.body.get("service_state"), call.text("servicer_userid")
    customer = kf.customer(call.body.get("external_userid"))
    if state == HUMAN and directory.member(servicer) is None:
        raise WecomError(95014)
    if not customer.move(state, servicer):
        return {}
    return {"msg_code": kf.codes.issue("end" if state == ENDED else "pool", customer)}


async def customer_batchget(call: Call) -> dict[str, object]:
    """Answer kf/customer/batchget (O:95159) about those who were there within 48 hours."""
    kf, ids = call.corp.kf, call.body.get("external_userid_list")
    if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
        raise WecomError(40058, "external_userid_list")
    known = [customer for customer in map(kf.find, ids) if customer and customer.is_active(kf.now())]
    found = {customer.external_userid for customer in known}
    context = call.body.get("need_enter_session_context") == 1
    rows = [_profile(customer, context and customer.entered_at is not None) for customer in known]
    return {"customer_list": rows, "invalid_external_userid": [name for name in ids if name not in found]}


def _account(call: Call) -> KfAccount:
    kf, open_kfid = call.corp.kf, call.text("open_kfid")
    if not open_kfid:
        raise WecomError(60251)
    if open_kfid != kf.open_kfid:
        raise WecomError(95000)
    return kf


def _check_pull(kf: KfAccount, token: str) -> None:
    """Check the token, or count a pull without one; thirty a minute stand for a strict limit nobody documents."""
    if token:
        return kf.check_token(token)
    kf.pulls_without_token[:] = [at for at in kf.pulls_without_token if kf.now() - at < 60]
    if len(kf.pulls_without_token) >= PULLS_A_MINUTE_WITHOUT_TOKEN:
        raise WecomError(45009)
    kf.pulls_without_token.append(kf.now())
    return None


def _claimed_msgid(call: Call, kf: KfAccount) -> str:
    msgid = call.body.get("msgid") or secrets.token_hex(16)
    check_msgid(msgid)
    if msgid in kf.msgids:
        raise WecomError(95033)
    return str(msgid)


def _show(kf: KfAccount, customer: Customer, content: Content) -> None:
    menu = content.menu()
    if menu is not None:
        kf.menus[menu["id"]] = Menu(customer.person, content.items)
    shape: dict[str, Any] = {"kind": content.kind, "text": content.text, "links": content.links, "menu": menu}
    kf.world.phones.add(customer.person, app="wechat", sender="bot", **shape)


def _log_failure(kf: KfAccount, customer: Customer, msgid: str) -> None:
    event = {"event_type": "msg_send_fail", "open_kfid": kf.open_kfid, "external_userid": customer.external_userid}
    kf.log_event(event | {"fail_msgid": msgid, "fail_type": 0}, kf.now())
    kf.nudge()


def _profile(customer: Customer, context: bool) -> dict[str, object]:
    row: dict[str, object] = {"external_userid": customer.external_userid, "nickname": customer.nickname}
    row |= {"avatar": "", "gender": 0}
    entered = {"scene": customer.scene, "scene_param": customer.scene_param}
    return row | ({"enter_session_context": entered} if context else {})
