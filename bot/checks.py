"""What is still missing to connect to the real platforms, in Chinese, step by step; and how to try them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.logs import redacted
from bot.remedies import remedy
from bot.settings import Settings
from bot.settings_sections import Dingtalk, Wecom, host_of, is_loopback
from platforms import errors
from workflow.relying import site_of


@dataclass(frozen=True)
class Doubt:
    """What was seen works for now; what an administrator should do about it all the same."""

    said: str
    todo: str


class Wrong(Exception):
    """What was seen does not work, in Chinese, and what to do next."""

    def __init__(self, said: str, todo: str) -> None:
        super().__init__(said)
        self.said = said
        self.todo = todo


Probe = Callable[[], Awaitable[str | Doubt]]
"""Try one connection (fetch a token, open an address) and say in Chinese what was seen, or raise."""


@dataclass(frozen=True)
class Step:
    """One thing an administrator has to do: what, why, and how."""

    title: str
    why: str
    how: str


@dataclass(frozen=True)
class Outcome:
    """What became of one live try; `todo` says what to do next where something is."""

    name: str
    ok: bool
    said: str
    todo: str = ""
    warning: bool = False


def missing(settings: Settings) -> list[Step]:
    """List every step to the real platforms that these settings still lack, in the order to do them; no network."""
    return [
        *_public(settings),
        *_passkeys(settings),
        *_keys(settings),
        *_dingtalk(settings.dingtalk),
        *_wecom(settings.wecom, settings.wecom_callback_url),
        *_mail_and_sms(settings),
        *_interviews(settings),
    ]


async def probe(probes: Mapping[str, Probe], timeout_s: float = 10.0) -> list[Outcome]:
    """Try every connection at the same time; a failure says what an administrator has to change."""
    return list(await asyncio.gather(*(_tried(name, run, timeout_s) for name, run in probes.items())))


async def _tried(name: str, run: Probe, timeout_s: float) -> Outcome:
    try:
        async with asyncio.timeout(timeout_s):
            return _seen(name, await run())
    except TimeoutError:
        return Outcome(name, False, f"{timeout_s:g} 秒内没有回答", "检查网络出口、防火墙和 DNS")
    except Wrong as wrong:
        return Outcome(name, False, redacted(wrong.said), redacted(wrong.todo))
    except errors.PlatformError as wrong:
        found = remedy(wrong)
        return Outcome(name, False, f"{found.meaning}（{redacted(str(wrong))}）", found.todo)
    except OSError as wrong:
        return Outcome(name, False, f"没有连上（{type(wrong).__name__}）", "检查地址和端口、网络出口、防火墙和 DNS")
    except Exception as wrong:  # an answer of another shape: said, so that the other tries are still shown
        return Outcome(name, False, f"答复和接口说明不一样（{type(wrong).__name__}）", "核对接口地址是不是这个平台的")


def _seen(name: str, seen: str | Doubt) -> Outcome:
    if isinstance(seen, Doubt):
        return Outcome(name, True, redacted(seen.said), redacted(seen.todo), warning=True)
    return Outcome(name, True, redacted(seen))


def _public(settings: Settings) -> Iterator[Step]:
    if is_loopback(host_of(settings.public_url)):
        yield Step(
            "给本服务一个外网 https 地址",
            "候选人要打开通知里的链接，企业微信要把消息推到这里",
            "按 docs/deploying.md 配好反向代理和证书，再写 public_url: https://你的域名",
        )


def _passkeys(settings: Settings) -> Iterator[Step]:
    if site_of(settings.public_url) is None:
        yield Step(
            "让员工能用通行密钥",
            "浏览器只在有域名的 https 网址上给通行密钥；规范里写了 grade: g1 的节点现在谁也不能同意",
            "给本服务一个域名和证书，把 public_url 从 IP 地址改成 https://你的域名",
        )


def _keys(settings: Settings) -> Iterator[Step]:
    absent = [str(file) for file in settings.vault_files.values() if not file.is_file()]
    if absent:
        yield Step(
            "生成加密密钥",
            "姓名、电话和证明材料入库前要加密",
            f"运行 python -m bot setup（会写 {'、'.join(absent)}，权限 0600），然后另存一份到安全的地方",
        )


def _dingtalk(settings: Dingtalk) -> Iterator[Step]:
    blanks = {
        "client_id": (not settings.client_id, "开放平台 → 应用 → 凭证与基础信息，复制 Client ID"),
        "client_secret": (
            not settings.client_secret.get_secret_value(),
            "同一页复制 Client Secret，存成密钥文件 dingtalk__client_secret",
        ),
        "corp_id": (not settings.corp_id, "开放平台首页右上角复制 CorpId"),
    }
    for key, (is_blank, how) in blanks.items():
        if is_blank:
            yield Step(f"填写 dingtalk.{key}", "没有它连不上钉钉", f"{how}（docs/dingtalk-setup.md）")
    if settings.card_template_id is None:
        yield Step(
            "搭建并发布互动卡片模板",
            "没有模板时审批只能打字，不能在卡片上一点完成",
            "按 docs/dingtalk-setup.md 第 5 节逐项搭建，发布后写 dingtalk.card_template_id: ….schema",
        )
    if not settings.enabled:
        yield Step("启用钉钉", "现在不会连接钉钉", "上面都填好后写 dingtalk.enabled: true")


def _wecom(settings: Wecom, callback_url: str) -> Iterator[Step]:
    blanks = {
        "corp_id": (not settings.corp_id, "管理后台 → 我的企业，最下面的企业 ID"),
        "agent_id": (not settings.agent_id, "管理后台 → 应用管理 → 自建应用，复制 AgentId"),
        "secret": (not settings.secret.get_secret_value(), "同一页查看 Secret，存成密钥文件 wecom__secret"),
        "token": (not settings.token.get_secret_value(), "应用 → 接收消息 → 设置 API 接收，随机获取 Token"),
        "encoding_aes_key": (not settings.encoding_aes_key.get_secret_value(), "同一页随机获取 EncodingAESKey"),
    }
    for key, (is_blank, how) in blanks.items():
        if is_blank:
            yield Step(f"填写 wecom.{key}", "没有它连不上企业微信", f"{how}（docs/wecom-setup.md）")
    if not settings.enabled:
        yield Step(
            "启用企业微信",
            "现在不会连接企业微信",
            f"填好后写 wecom.enabled: true，启动本服务，再到“设置 API 接收”填 {callback_url} 并保存",
        )
    if settings.customer_service is None:
        yield Step(
            "接入微信客服",
            "候选人不在企业里，要靠微信客服在微信里收发消息",
            "按 docs/wecom-setup.md 第 5 节建客服账号，写 wecom.customer_service.open_kfid",
        )


def _mail_and_sms(settings: Settings) -> Iterator[Step]:
    if settings.email is None:
        yield Step("接入邮件", "没有邮件就发不出带日历取消的通知", "写 email 一段：host、port、tls、username、sender")
    if settings.sms is None:
        yield Step(
            "接入短信",
            "候选人不用微信时，短信是最可靠的通知",
            "申请签名和模板（正文见 notifier/sms_templates.json），写 sms 一段",
        )


def _interviews(settings: Settings) -> Iterator[Step]:
    if settings.interviews is None:
        yield Step(
            "接入 AI 面试服务",
            "没有它，守约建的面试间取消后收不回；导入的面试链接要在服务商那边收",
            "写 interviews.base 和 interviews.api_key",
        )
