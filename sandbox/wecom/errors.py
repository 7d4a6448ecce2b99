"""How WeCom says no: HTTP 200 with an errcode, and an errmsg that carries a hint nobody should parse."""

import secrets

TEXTS = {
    -1: "system busy",
    40001: "invalid credential",
    40003: "invalid userid",
    40005: "invalid type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40032: "invalid userid list size",
    40058: "invalid Request Parameter",
    40063: "some parameters are empty",
    40096: "invalid external userid",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "corpsecret missing",
    41033: "missing textcard field",
    41050: "invalid code",
    42001: "access_token expired",
    42014: "invalid task_id",
    42015: "template card agentid not match",
    42031: "invalid template_card.card_type",
    42052: "msgid expired",
    43012: "callback url not set",
    44001: "empty media data",
    44004: "text content is empty",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45009: "api freq out of limit",
    46004: "user not exist",
    50100: "invalid cursor",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    60123: "invalid party id",
    60140: "invalid response_code, may have expired",
    60251: "open_kfid missing",
    81013: "user & party & tag all invalid",
    82001: "all users, parties and tags are empty",
    82002: "party list too long",
    82003: "tag list too long",
    82101: "update target is empty",
    82102: "update target not in message receivers",
    95000: "invalid open_kfid",
    95001: "send msg count limit",
    95002: "send msg time limit",
    95007: "invalid msg token",
    95008: "msgmenu item count limit",
    95009: "invalid msgmenu item type",
    95014: "not a servicer",
    95016: "session state can not be changed this way",
    95018: "send msg session status invalid",
    95033: "msgid repeated",
    301002: "not allow to operate another agent with this access_token",
}


class WecomError(Exception):
    """A call that the platform refuses; becomes the answer of that call."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        text = TEXTS.get(errcode, "invalid template_card" if 42027 <= errcode <= 42051 else "invalid parameter")
        super().__init__(f"{errcode} {text}")
        self.errcode = errcode
        self.text = f"{text}: {detail}" if detail else text


def refusal(errcode: int, text: str, at: int, ip: str) -> dict[str, object]:
    """Build the body of a refused call; `at` is in seconds and only colours the hint."""
    hint = f"hint: [{at}_{secrets.randbelow(90) + 10}_{secrets.token_hex(16)}], from ip: {ip}"
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={errcode}"
    return {"errcode": errcode, "errmsg": f"{text}, {hint}, {more}"}
