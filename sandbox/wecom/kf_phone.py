"""What a candidate does in WeChat: open the personal link, write, send a picture, tap an item of a menu."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import SandboxError
from sandbox.wecom.errors import WecomError
from sandbox.wecom.kf_account import NAME, KfAccount


class WechatPhone:
    """The customer-service chat in the candidates' WeChat."""

    def __init__(self, kf: KfAccount) -> None:
        self.kf = kf

    async def say(self, person: str, text: str, *, group: str | None, voice: bool) -> int:
        """Write to the account; a voice message carries sound only."""
        if group:
            raise SandboxError(409, "customer service is in no group", "leave out the group")
        if not voice:
            return self._write(person, "text", text, {"content": text})
        medium = self.kf.media.add("voice", "voice.amr", "audio/amr", f"#!AMR\n{text}".encode())
        return self._write(person, "text", text, {"media_id": medium.media_id}, "voice")

    async def send_file(self, person: str, name: str, data: bytes, content_type: str) -> int:
        """Send a picture or a file."""
        kind = "image" if content_type.startswith("image/") else "file"
        self.kf.customer_on(person)
        try:
            medium = self.kf.media.add(kind, name, content_type, data)
        except WecomError as error:
            raise SandboxError(413, error.text, "WeChat takes 6 bytes to 20 MB") from error
        return self._write(person, "file", name, {"media_id": medium.media_id}, kind)

    async def tap(self, person: str, card: str, button: str, inputs: dict[str, object], *, force: bool) -> str | None:
        """Refuse: customer service has no cards."""
        raise SandboxError(409, "WeChat customer service has no cards", "choose an item of a menu")

    async def choose(self, person: str, menu: str, item: str) -> None:
        """Tap an item: the customer sends its text, with the item's id beside it."""
        known = self.kf.menus.get(menu)
        if known is None or known.person != person:
            raise SandboxError(404, f"no menu {menu} on the phone of {person}", "read the person's screen")
        if item not in known.items:
            raise SandboxError(409, f"no item {item} in this menu", "one of " + " ".join(known.items))
        self._write(person, "text", known.items[item], {"content": known.items[item], "menu_id": item})

    def card(self, person: str, card: str) -> dict[str, Any] | None:
        """Show nothing: customer service has no cards."""
        return None

    def open_link(self, person: str, url: str) -> dict[str, object] | None:
        """Open a customer-service link in WeChat; None when the address is another page."""
        if not self.kf.enter_by(person, url):
            return None
        self.kf.world.phones.add(person, app="wechat", sender="system", kind="text", text=f"已打开微信客服「{NAME}」")
        return {"url": url, "status": 200, "title": f"微信客服 · {NAME}"}

    def _write(self, person: str, shown: str, text: str, content: Mapping[str, object], kind: str = "text") -> int:
        customer, now = self.kf.customer_on(person), self.kf.now()
        row = self.kf.world.phones.add(person, app="wechat", sender="me", kind=shown, text=text)
        self.kf.receive(customer, kind, content, now)
        self.kf.nudge()
        return row.seq
