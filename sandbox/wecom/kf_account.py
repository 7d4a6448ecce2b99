"""The customer-service account: its customers, what they did, and the nudges that tell the app to pull."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from sandbox.errors import SandboxError
from sandbox.people import external_userid, person_with_id
from sandbox.wecom.door import Door
from sandbox.wecom.errors import WecomError
from sandbox.wecom.kf_codes import Codes
from sandbox.wecom.kf_log import Log
from sandbox.wecom.kf_state import Customer
from sandbox.wecom.media import MediaStore
from sandbox.world import World

NAME = "华辰招聘"
TOKEN_LIFETIME_S = 600
CUSTOMER, SYSTEM = 3, 4


@dataclass(frozen=True)
class Menu:
    """A menu message on a candidate's phone; its items can be tapped for ever."""

    person: str
    items: Mapping[str, str]


class KfAccount:
    """Keep the one account of the corp. Moments are business time; a welcome code lives in real seconds."""

    def __init__(self, world: World, door: Door, media: MediaStore) -> None:
        self.world, self.door, self.media = world, door, media
        self.open_kfid = world.config.wecom.open_kfid
        self.log = Log()
        self.codes = Codes(world.clock.timestamp)
        self.menus: dict[str, Menu] = {}
        self.msgids: set[str] = set()
        self.pulls_without_token: list[float] = []
        self._customers: dict[str, Customer] = {}
        self._tokens: dict[str, float] = {}

    def now(self) -> float:
        """Tell business time in seconds."""
        return self.world.clock.timestamp()

    def customer(self, external: object) -> Customer:
        """Return a customer who ever opened the chat, else raise 40096."""
        found = self.find(external)
        if found is None:
            raise WecomError(40096)
        return found

    def find(self, external: object) -> Customer | None:
        """Return a customer, or None for an id that never opened the chat."""
        return self._customers.get(str(external))

    def customer_on(self, person: str) -> Customer:
        """Return the customer a phone belongs to, else refuse what that person tries to do."""
        found = self._customers.get(external_userid(person))
        if found is None:
            raise SandboxError(409, f"{person} has no chat with {NAME}", "open the link of a notice first")
        return found

    def link(self, scene: str) -> str:
        """Build the address of the account for one scene; it carries a proof, so an altered copy opens nothing."""
        url = f"{self.world.base_url}/kf/{self._link_id()}"
        return f"{url}?enc_scene=ENC{self._sealed_scene(scene)}" if scene else url

    def enter_by(self, person: str, url: str) -> bool:
        """Let a person open a link; return False when the address is none of this account's."""
        parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
        if parts.path != f"/kf/{self._link_id()}":
            return False
        scene = self._opened_scene(query.get("enc_scene", [""])[0])
        parameter = query.get("scene_param", [""])[0] if scene else ""
        if scene is not None and len(parameter.encode()) <= 128:
            self.enter(person, scene, parameter, self.now())
            self.nudge()
        return True

    def enter(self, person: str, scene: str, scene_param: str, at: float) -> None:
        """Log that a person opened the chat through a link."""
        known = person_with_id(person)
        assert known is not None
        external = external_userid(person)
        customer = self._customers.setdefault(external, Customer(person, external, known.name))
        event: dict[str, object] = {"event_type": "enter_session", "open_kfid": self.open_kfid}
        event |= {"external_userid": external, "scene": scene, "scene_param": scene_param}
        if customer.enter(scene, scene_param, at):
            event["welcome_code"] = self.codes.issue("welcome", customer, self.now() - at)
        self.log_event(event, at)

    def receive(self, customer: Customer, kind: str, content: Mapping[str, object], at: float) -> None:
        """Log a message of a customer."""
        customer.speak(at)
        item: dict[str, object] = {"msgid": _msgid(), "open_kfid": self.open_kfid}
        item |= {"external_userid": customer.external_userid, "send_time": int(at), "origin": CUSTOMER}
        self.log.append(item | {"msgtype": kind, kind: dict(content)}, at)

    def log_event(self, event: Mapping[str, object], at: float) -> None:
        """Log an event; its account and customer stand inside it, not beside it."""
        item = {"msgid": _msgid(), "send_time": int(at), "origin": SYSTEM, "msgtype": "event", "event": dict(event)}
        self.log.append(item, at)

    def nudge(self) -> None:
        """Tell the app in the background that there is something to pull."""
        token = "ENC" + secrets.token_urlsafe(48)
        self._tokens[token] = self.now()
        fields: dict[str, object] = {"ToUserName": self.world.config.wecom.corp_id, "CreateTime": int(self.now())}
        fields |= {"MsgType": "event", "Event": "kf_msg_or_event", "Token": token, "OpenKfId": self.open_kfid}
        self.world.spawn(self.door.deliver("kf_nudge", fields))

    def check_token(self, token: str) -> None:
        """Raise 95007 for a token that is unknown or older than ten minutes."""
        issued = self._tokens.get(token)
        if issued is None or self.now() - issued > TOKEN_LIFETIME_S:
            raise WecomError(95007)

    def seed(self) -> None:
        """Let the configured candidates have opened their links and written 你好 a minute before now."""
        at = self.world.clock.now()
        for seed in self.world.config.kf_seed:
            moment = at.timestamp() - 60
            self.enter(seed.person, "itv", seed.scene_param, moment)
            self.receive(self.customer_on(seed.person), "text", {"content": "你好"}, moment)
            when = at.fromtimestamp(moment, at.tzinfo)
            self.world.phones.add(seed.person, app="wechat", sender="me", kind="text", text="你好", at=when)
        if self.world.config.kf_seed_cursor:
            self.log.cursor(name=self.world.config.kf_seed_cursor)

    def _link_id(self) -> str:
        return "kfc" + hashlib.sha256(self.open_kfid.encode()).hexdigest()[:16]

    def _sealed_scene(self, scene: str) -> str:
        proof = hmac.new(self.world.config.wecom.secret.encode(), scene.encode(), "sha256").hexdigest()[:16]
        return base64.urlsafe_b64encode(f"{proof}{scene}".encode()).decode().rstrip("=")

    def _opened_scene(self, sealed: str) -> str | None:
        """Return the scene a link was made for, empty for a link without one, None for an altered link."""
        if not sealed:
            return ""
        padded = sealed.removeprefix("ENC") + "=" * (-len(sealed.removeprefix("ENC")) % 4)
        try:
            scene = base64.urlsafe_b64decode(padded).decode()[16:]
        except ValueError:
            return None
        return scene if self._sealed_scene(scene) == sealed.removeprefix("ENC") else None


def _msgid() -> str:
    return secrets.token_hex(16)
