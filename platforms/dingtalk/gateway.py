"""Asking DingTalk's gateway for a Stream connection: the address and the ticket, without opening the socket."""

import yarl
from dingtalk_stream.version import VERSION_STRING

from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.answers import Refusal, read_new
from platforms.dingtalk.dispatch import CARD_TOPIC, ROBOT_TOPIC
from platforms.errors import Misconfigured
from platforms.http import Http

SUBSCRIPTIONS = (
    {"type": "EVENT", "topic": "*"},
    {"type": "CALLBACK", "topic": ROBOT_TOPIC},
    {"type": "CALLBACK", "topic": CARD_TOPIC},
)


async def open_connection(account: DingTalkAccount, http: Http, *, timeout: float = 10.0) -> tuple[str, str]:
    """Return a socket address and its single-use ticket, a secret good for 90 seconds.

    A ticket that is not used expires; only an open socket takes pushes from the others of the same app.
    """
    answer = await http.call(
        "POST",
        f"{account.api_base}/v1.0/gateway/connections/open",
        json={
            "clientId": account.client_id,
            "clientSecret": account.client_secret,
            "subscriptions": SUBSCRIPTIONS,
            "ua": f"dingtalk-sdk-python/v{VERSION_STRING}-union",
        },
        headers={"Accept": "application/json"},
        timeout=timeout,
    )
    try:
        found = read_new(answer, repeatable=True)
    except Refusal:
        raise Misconfigured("authFailed", "the gateway refuses the client id or secret") from None
    return str(found.get("endpoint", "")), str(found.get("ticket", ""))


def socket_address(endpoint: str, ticket: str, *, secure: bool) -> yarl.URL:
    """Return the address to connect to; raises Misconfigured when the gateway's answer is not safe to use."""
    try:
        url = yarl.URL(endpoint)
    except ValueError:
        raise Misconfigured("endpoint", "the gateway's socket address is not one") from None
    if not ticket or url.scheme not in (("wss",) if secure else ("ws", "wss")):
        raise Misconfigured("endpoint", "the gateway gave no socket address and ticket to use safely")
    return url.update_query(ticket=ticket)
