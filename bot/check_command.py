"""`python -m bot check`: what is still missing, what a live try of the rest showed, and how both are told."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from bot.checks import Outcome, Step, missing
from bot.clock import Clock
from bot.logs import HIDDEN
from bot.settings import Settings


@dataclass(frozen=True)
class Found:
    """What a check found; `secrets` are words that must never be told."""

    missing: list[Step]
    tried: list[Outcome]
    secrets: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing is missing and nothing failed; a warning is no failure."""
        return not self.missing and all(each.ok for each in self.tried)

    def as_json(self) -> dict[str, Any]:
        """Return the document that `--json` prints."""
        tried = [{name: self._told(value) for name, value in asdict(each).items()} for each in self.tried]
        return {"ok": self.ok, "missing": [asdict(each) for each in self.missing], "tried": tried}

    def lines(self) -> Iterator[str]:
        """Word it for people: first what is missing, then what was tried."""
        for place, step in enumerate(self.missing, start=1):
            yield f"{place}. {step.title}\n   为什么：{step.why}\n   怎么做：{step.how}"
        yield f"设置还差 {len(self.missing)} 项。" if self.missing else "设置都齐了。"
        for each in self.tried:
            mark = "✘" if not each.ok else "！" if each.warning else "✔"
            todo = f"\n   怎么办：{each.todo}" if each.todo else ""
            yield self._told(f"{mark} {each.name}：{each.said}{todo}")
        if self.tried:
            failed = sum(not each.ok for each in self.tried)
            yield f"试连了 {len(self.tried)} 项，{f'{failed} 项没有成' if failed else '都成了'}。"

    def _told(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        for secret in self.secrets:
            value = value.replace(secret, HIDDEN)
        return value


async def check(settings: Settings, *, offline: bool) -> Found:
    """Check the settings, and unless `offline` try every connection they are complete enough for."""
    tried: list[Outcome] = []
    lacking = missing(settings)
    if not offline:
        from bot import anchors, signable  # here, because the platforms are a large import
        from bot.probes import try_all

        tried = await try_all(settings)
        now = Clock.of(settings).now()
        company = await anchors.known(settings.database.url, now)
        lacking += [*anchors.lacking(settings, company), *signable.lacking(settings, company)]
    return Found(lacking, tried, tuple(sorted(set(_secrets(settings)), key=len, reverse=True)))


def _secrets(section: BaseModel) -> Iterator[str]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _secrets(value)
        elif isinstance(value, SecretStr):
            yield from filter(None, [value.get_secret_value()])
        elif name.endswith("url") and isinstance(value, str):
            yield from filter(None, [unquote(urlsplit(value).password or "")])
