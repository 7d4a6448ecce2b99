"""DingTalk's parts, put together once per sandbox."""

from dataclasses import dataclass, field

from sandbox.config import DingTalkConfig
from sandbox.dingtalk.calendar import Calendars
from sandbox.dingtalk.cards import Cards
from sandbox.dingtalk.chats import Chats
from sandbox.dingtalk.directory import LoginCodes
from sandbox.dingtalk.files import Files
from sandbox.dingtalk.limits import Limits
from sandbox.dingtalk.stream import Gateway
from sandbox.dingtalk.template import Template
from sandbox.dingtalk.todo import Todos
from sandbox.dingtalk.tokens import Tokens
from sandbox.world import World


@dataclass
class Hub:
    """Everything DingTalk knows. `unreachable` holds who cannot be reached, and how: flow, invalid or card."""

    world: World
    config: DingTalkConfig
    tokens: Tokens
    limits: Limits
    gateway: Gateway
    cards: Cards
    chats: Chats
    files: Files
    calendars: Calendars
    todos: Todos
    codes: LoginCodes
    routes: dict[str, tuple[str, str]] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)


def hub_for(world: World) -> Hub:
    """Start DingTalk with nothing said yet."""
    config = world.config.dingtalk
    return Hub(
        world=world,
        config=config,
        tokens=Tokens(world.clock),
        limits=Limits(world.clock),
        gateway=Gateway(world),
        cards=Cards(world.clock, {config.template_id: Template.read(config.template_file)}),
        chats=Chats(world),
        files=Files(world.clock),
        calendars=Calendars(world),
        todos=Todos(world),
        codes=LoginCodes(world.clock),
    )
