"""The section `audit`: what signs and prints the audit logs, and who outside keeps their checkpoints."""

import base64
import re
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from bot.settings_sections import HOST_AND_SCHEME, Address, Section, base_address
from workflow.notes import LOG, parse_vkey


def _public_key(value: str) -> str:
    """Read a key as `audit keys` prints it (name+id+type and key), or the 32 bytes alone; return these in Base64."""
    try:
        key = parse_vkey(value)
        raw = key.public if key.kind == LOG else b""
    except ValueError:
        raw = _bare(value)
    if len(raw) != 32:
        raise PydanticCustomError("public_key", "应为 python -m bot audit keys 打印的一行，或 Base64 写的 32 字节公钥")
    return base64.b64encode(raw).decode()


def _bare(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        return b""


def _outside_address(value: str) -> str:
    if not HOST_AND_SCHEME.match(value):
        raise PydanticCustomError("address", "应为以 https:// 或 http:// 开头的网址")
    return value.rstrip("/")


def _witness_key(value: str) -> str:
    if not re.fullmatch(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", value):
        raise PydanticCustomError("witness_key", "应为见证人启动时打印的公钥，形如 名字+8 位+Base64")
    return value


def _webhook(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if not urlsplit(base_address(url)).path.endswith(("/robot/send", "/webhook/send")):
        raise PydanticCustomError("webhook", "应为钉钉（…/robot/send）或企业微信（…/webhook/send）群机器人的地址")
    return value


class Witness(Section):
    url: Annotated[str, AfterValidator(_outside_address)]  # what it signs is public, and its signature is checked
    vkey: Annotated[str, AfterValidator(_witness_key)]


class Audit(Section):
    signing_key_file: Path | None = Field(
        default=None,
        description="审计日志的签名密钥，32 字节；可以放在另一个用户的挂载里；不写就用 <数据目录>/keys/log-signing.key",
        examples=["/etc/shouyue/log-signing.key"],
    )
    former_keys: list[Annotated[str, AfterValidator(_public_key)]] = Field(
        default_factory=list,
        description="换下来的签名密钥的公钥，它们签过的检查点继续有效；换之前运行 python -m bot audit keys，写其中一行",
        examples=["[AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=]"],
    )
    every_minutes: float = Field(
        default=10.0, gt=0, le=1440, description="有了新记录以后，最多几分钟签一次检查点", examples=["10"]
    )
    every_records: int = Field(
        default=100, ge=1, le=100_000, description="新记录满多少条就立即签一次检查点", examples=["100"]
    )
    pdf_certificate_file: Path | None = Field(
        default=None,
        description="给打印的 PDF 签名的证书（PEM，可带上级证书）；不写就用 setup 签的 <数据目录>/keys/pdf-signing.pem",
        examples=["/etc/shouyue/pdf.pem"],
    )
    pdf_key_file: Path | None = Field(
        default=None,
        description="上面那张证书的私钥，PEM，不加口令；和证书一起写或一起不写",
        examples=["/etc/shouyue/pdf.key"],
    )
    pdf_timestamp_url: Address | None = Field(
        default=None,
        description="给 PDF 签名加时间戳的 RFC 3161 服务；不写就不加",
        examples=["https://tsa.example.cn/tsr"],
    )

    export_alone: int = Field(
        default=500,
        ge=0,
        le=1_000_000,
        description="一个人独自最多导出审计日志几条，再多要另一位审计或安全管理员同意；操作员在服务器上导出只留记录",
        examples=["500"],
    )
    post_at: str = Field(
        default="18:00",
        description="每天几点（北京时间）发各本日志的存证码（审计群，没有就单独发给每位审计）、去盖时间戳；没有新记录的日子不发",
        examples=['"18:00"'],
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
    )
    post_group: str = Field(
        default="",
        description="审计群的名字，不写就单独发给每位审计；不写 post_webhook 时，"
        "它要在 dingtalk.group_conversations 里（占一次调用额度）",
        examples=["审计群"],
        max_length=60,
    )
    post_webhook: Annotated[SecretStr, AfterValidator(_webhook)] | None = Field(
        default=None,
        description="审计群里自定义机器人的 Webhook 地址，钉钉和企业微信都可以；建议放进密钥文件",
        examples=["粘贴群机器人设置里的地址"],
    )
    post_secret: SecretStr = Field(
        default=SecretStr(""), description="钉钉自定义机器人“加签”的密钥，SEC 开头", examples=["SEC……"]
    )
    witnesses: list[Witness] = Field(
        default_factory=list,
        description="见证人：审计人员在另一台机器上运行的 python -m bot witness，url 是它的地址，vkey 是它打印的公钥",
        examples=["[{url: http://10.0.0.9:8700, vkey: audit/witness+1a2b3c4d+BA……}]"],
    )
    tsa_url: Annotated[str, AfterValidator(_outside_address)] | None = Field(
        default=None,
        description="每天给检查点盖时间戳的 RFC 3161 服务；不写就不盖",
        examples=["https://tsa.example.cn/tsr"],
    )
    tsa_ca_file: Path | None = Field(
        default=None,
        description="时间戳服务的根证书（PEM）；和 tsa_url 一起写",
        examples=["/etc/shouyue/tsa-ca.pem"],
    )

    @model_validator(mode="after")
    def _anchors_are_complete(self) -> Self:
        if (self.tsa_url is None) != (self.tsa_ca_file is None):
            raise PydanticCustomError("half_a_stamp", "tsa_url 和 tsa_ca_file 要一起写，或者一起不写")
        if self.post_webhook and not self.post_group:
            raise PydanticCustomError("nameless_group", "写了 post_webhook，也要写 post_group：群叫什么")
        return self

    @model_validator(mode="after")
    def _certificate_with_its_key(self) -> Self:
        if (self.pdf_certificate_file is None) != (self.pdf_key_file is None):
            raise PydanticCustomError("half_a_pair", "pdf_certificate_file 和 pdf_key_file 要一起写，或者一起不写")
        return self
