"""Which DingTalk app we are."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DingTalkAccount:
    """One enterprise-internal app with its robot.

    The Stream connection and the card calls must use the same `client_id`, or clicks go nowhere. The two bases are
    the new and the old API, without a trailing slash.
    """

    client_id: str
    client_secret: str = field(repr=False)
    robot_code: str
    corp_id: str
    api_base: str = "https://api.dingtalk.com"
    oapi_base: str = "https://oapi.dingtalk.com"
