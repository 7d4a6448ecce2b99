"""The sections of settings.yaml, each with what it means, its default and an example.

Descriptions and examples are read by people: in the error that stops the start, and in docs/settings.md.
"""

import base64
import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

HOST_AND_SCHEME = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address stays on this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def host_of(url: str) -> str:
    """Return the host a URL names, or nothing."""
    return urlsplit(url).hostname or ""


def base_address(value: str) -> str:
    if not HOST_AND_SCHEME.match(value):
        raise PydanticCustomError("address", "应为以 https:// 开头的网址")
    if urlsplit(value).scheme.lower() == "http" and not is_loopback(host_of(value)):
        raise PydanticCustomError("address_plain", "不在本机的地址必须用 https://，否则密钥会明文传输")
    return value.rstrip("/")


def _database_address(value: str) -> str:
    if not value.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise PydanticCustomError("database", "应以 sqlite:// 或 postgres:// 开头")
    return value


def _redis_address(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise PydanticCustomError("redis", "应以 redis://、rediss:// 或 unix:// 开头")
    return value


def _aes_key(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text and not re.fullmatch(r"[A-Za-z0-9]{43}", text):
        raise PydanticCustomError("aes_key", "应为 43 个字母或数字（现在是 {length} 个字符）", {"length": len(text)})
    if text and len(base64.b64decode(text + "=")) != 32:
        raise PydanticCustomError("aes_key", "应为 43 个字母或数字，解码后 32 字节")
    return value


def _callback_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9]{0,32}", value.get_secret_value()):
        raise PydanticCustomError("callback_token", "应为不超过 32 个字母或数字")
    return value


Address = Annotated[str, AfterValidator(base_address)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """One section: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Database(Section):
    url: Annotated[str, AfterValidator(_database_address)] = Field(
        default="",
        repr=False,
        description="数据库地址；不写就用数据目录里的 SQLite 文件",
        examples=["postgres://shouyue:口令@127.0.0.1:5432/shouyue"],
    )
    owner_url: Annotated[str, AfterValidator(_database_address)] | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL 表的所有者的地址，只用来升级结构和分角色；不写就用 database.url（docs/deploying.md）",
        examples=["postgres://shouyue_owner:口令@127.0.0.1:5432/shouyue"],
    )

    @property
    def change_url(self) -> str:
        """Return the address under which the schema may be changed."""
        return self.owner_url or self.url


class Redis(Section):
    url: Annotated[str, AfterValidator(_redis_address)] | None = Field(
        default=None,
        repr=False,
        description="Redis 地址，可不用；没有 Redis 时机器人只是慢一些，行为不变",
        examples=["redis://127.0.0.1:6379/0"],
    )


def _required(section: Section, names: tuple[str, ...]) -> None:
    blank = [name for name in names if not _text(getattr(section, name))]
    if blank:
        raise PydanticCustomError(
            "needed_when_enabled", "启用后必填：{names}", {"names": "、".join(blank), "keys": blank}
        )


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")


class Dingtalk(Section):
    enabled: bool = Field(default=False, description="是否连接钉钉", examples=["true"])
    client_id: str = Field(
        default="", description="应用的 Client ID（原 AppKey）", examples=["dingabcdefgh12345678"], pattern=r"^\S*$"
    )
    client_secret: SecretStr = Field(
        default=SecretStr(""),
        description="应用的 Client Secret（原 AppSecret）；建议放进密钥文件",
        examples=["粘贴控制台里的值"],
    )
    robot_code: str = Field(
        default="",
        description="机器人编码；企业内部应用一般等于 client_id，不写就用它",
        examples=["dingabcdefgh12345678"],
    )
    corp_id: str = Field(
        default="",
        description="企业的 CorpId；其他企业的消息一律不处理",
        examples=["ding0123456789abcdef0123456789abcdef"],
    )
    card_template_id: str | None = Field(
        default=None,
        description="互动卡片模板 ID；不写时卡片变成文字，打字完成同样的审批",
        examples=["11112222-aaaa-4bbb-8ccc-333344445555.schema"],
        pattern=r"^\S+\.schema$",
    )
    api_base: Address = Field(
        default="https://api.dingtalk.com",
        description="新版接口地址；演示时指向沙盒",
        examples=["https://api.dingtalk.com"],
    )
    oapi_base: Address = Field(
        default="https://oapi.dingtalk.com",
        description="旧版接口地址；演示时指向沙盒",
        examples=["https://oapi.dingtalk.com"],
    )
    group_conversations: dict[str, str] = Field(
        default_factory=dict,
        description="群名 → openConversationId，机器人可主动发言的群",
        examples=["{招聘群: cidAbc==}"],
    )

    @model_validator(mode="before")
    @classmethod
    def _robot_is_the_app(cls, given: dict[str, Any]) -> dict[str, Any]:
        return given if given.get("robot_code") else {**given, "robot_code": given.get("client_id", "")}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.enabled:
            _required(self, ("client_id", "client_secret", "corp_id"))
        return self


class CustomerService(Section):
    open_kfid: str = Field(
        description="微信客服账号 ID，wk 开头",
        examples=["wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q"],
        pattern=r"^[A-Za-z0-9_-]+$",
    )


class Wecom(Section):
    enabled: bool = Field(default=False, description="是否连接企业微信", examples=["true"])
    corp_id: str = Field(default="", description="企业 ID，ww 开头", examples=["ww0123456789abcdef"])
    agent_id: int = Field(default=0, ge=0, description="自建应用的 AgentId", examples=["1000002"])
    secret: SecretStr = Field(
        default=SecretStr(""), description="自建应用的 Secret；建议放进密钥文件", examples=["粘贴管理后台里的值"]
    )
    token: Annotated[SecretStr, AfterValidator(_callback_token)] = Field(
        default=SecretStr(""), description="接收消息的 Token，不超过 32 个字母或数字", examples=["点“随机获取”得到的值"]
    )
    encoding_aes_key: Annotated[SecretStr, AfterValidator(_aes_key)] = Field(
        default=SecretStr(""),
        description="接收消息的 EncodingAESKey，43 个字母或数字",
        examples=["点“随机获取”得到的值"],
    )
    api_base: Address = Field(
        default="https://qyapi.weixin.qq.com/cgi-bin",
        description="接口地址；演示时指向沙盒",
        examples=["https://qyapi.weixin.qq.com/cgi-bin"],
    )
    customer_service: CustomerService | None = Field(default=None, description="微信客服；不用就写 null")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.enabled:
            _required(self, ("corp_id", "agent_id", "secret", "token", "encoding_aes_key"))
        return self


class Email(Section):
    host: str = Field(description="发信服务器", examples=["smtp.exmail.qq.com"], min_length=1)
    port: Port = Field(default=587, description="发信端口", examples=["587"])
    username: str | None = Field(default=None, description="登录名；服务器不要求登录就不写", examples=["hr@example.cn"])
    password: SecretStr | None = Field(default=None, description="登录口令；建议放进密钥文件", examples=["授权码"])
    sender: str = Field(description="发件人地址", examples=["hr@example.cn"], pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    tls: Literal["none", "starttls", "tls"] = Field(
        default="starttls",
        description="加密方式：none 只用于本机，starttls 对应 587，tls 对应 465",
        examples=["starttls"],
    )

    @model_validator(mode="after")
    def _no_plain_text_to_others(self) -> Self:
        if self.tls == "none" and not is_loopback(self.host):
            raise PydanticCustomError("plain_mail", "不在本机的发信服务器必须用 starttls 或 tls")
        return self


class Sms(Section):
    provider: Literal["aliyun"] = Field(default="aliyun", description="短信服务商", examples=["aliyun"])
    access_key_id: str = Field(description="AccessKey ID", examples=["LTAI5tExample"], min_length=1)
    access_key_secret: SecretStr = Field(
        description="AccessKey Secret；建议放进密钥文件", examples=["粘贴控制台里的值"]
    )
    sign_name: str = Field(description="已审核的短信签名", examples=["守约面试"], min_length=1)
    api_base: Address = Field(
        default="https://dysmsapi.aliyuncs.com",
        description="接口地址；演示时指向沙盒",
        examples=["https://dysmsapi.aliyuncs.com"],
    )
    callback_secret: SecretStr = Field(
        description="回执和上行短信推送地址里的口令，16 个字符以上，自己定", examples=["32 个随机字符"], min_length=16
    )
    templates: dict[str, str] = Field(
        default_factory=dict,
        description="通知名 → 审核通过的短信模板编号；不写的按同名模板发送",
        examples=["{SMS_CANCELLED: SMS_123456789}"],
    )


class Interviews(Section):
    base: Address = Field(description="面试服务的接口地址", examples=["https://interviews.example.cn"])
    api_key: SecretStr = Field(description="面试服务的密钥；建议放进密钥文件", examples=["粘贴服务商给的值"])


class Directory(Section):
    dingtalk_departments: dict[int, str] = Field(
        default_factory=dict,
        description="钉钉部门 ID → 组织路径；下级部门不写就跟上级；都不写就不读钉钉通讯录",
        examples=["{1: huachen, 101: huachen/net}"],
    )
    wecom_departments: dict[int, str] = Field(
        default_factory=dict,
        description="企业微信部门 ID → 组织路径；下级部门不写就跟上级；都不写就不读企业微信通讯录",
        examples=["{1: huachen, 102: huachen/heavy}"],
    )
    staff_number_attribute: str = Field(
        default="工号", description="企业微信里放工号的扩展属性的名称；钉钉用自带的工号", examples=["工号"]
    )
    most_leavers_percent: int = Field(
        default=20,
        ge=0,
        le=100,
        description="一次读取最多可以减少百分之几的人，超过就不更新并告诉系统管理员",
        examples=["20"],
    )


class Keys(Section):
    vault: dict[Annotated[int, Field(ge=1, le=65535)], Path] = Field(
        default_factory=dict,
        description="加密密钥：编号 → 文件；编号最大的写新数据，最小的永远要留着；不写就用 <数据目录>/keys/vault-1.key",
        examples=["{1: /etc/shouyue/vault-1.key}"],
    )


class Retention(Section):
    records_years: int = Field(
        default=3,
        ge=3,
        le=100,
        description="申请单、审批记录、通知记录从办结起留存的年数；制度要求不少于 3",
        examples=["3"],
    )
    audit_years: int = Field(
        default=5,
        ge=5,
        le=100,
        description="审计日志留存的年数；制度要求不少于 5。日志从不缩短，这一项只写明承诺",
        examples=["5"],
    )
    inbound_days: int = Field(
        default=180, ge=30, le=3650, description="收到的消息原文保留的天数，不少于 30：出了错要能查", examples=["180"]
    )
    answers_days: int = Field(
        default=180, ge=30, le=3650, description="聊天里不属于哪一件取消的答复保留的天数，不少于 30", examples=["180"]
    )
    links_days: int = Field(default=30, ge=1, le=3650, description="失效的下载链接保留的天数", examples=["30"])
    dialogues_days: int = Field(default=7, ge=1, le=3650, description="过期的提问保留的天数", examples=["7"])


class Archive(Section):
    kind: Literal["folder", "http"] = Field(
        default="folder",
        description="归档包送到哪里：folder 是一个目录，http 是档案管理系统的接口",
        examples=["folder"],
    )
    folder: Path | None = Field(
        default=None,
        description="归档目录，由档案管理系统取走；不写就用 <数据目录>/archive",
        examples=["/srv/archive/shouyue"],
    )
    url: Address | None = Field(
        default=None, description="档案管理系统接收归档包的网址", examples=["https://archive.example.cn/api/packages"]
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        description="上面那个接口认的口令（Bearer）；建议放进密钥文件",
        examples=["粘贴档案管理系统给的值"],
    )
    fonds: str = Field(
        default="", max_length=60, description="全宗号，由档案馆或档案室给定；不写就空着", examples=["A012"]
    )
    secrecy: str = Field(default="内部", min_length=1, max_length=20, description="归档包的密级", examples=["内部"])
    full_names: bool = Field(
        default=False,
        description="归档包里写候选人全名，并附解封文件；归档包不加密，保存它的地方要有同等的保护",
        examples=["false"],
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "http":
            _required(self, ("url", "secret"))
        return self


class Worker(Section):
    lease_s: float = Field(default=30.0, ge=1, le=600, description="领取一条待发消息后独占的秒数", examples=["30"])
    concurrency: int = Field(default=8, ge=1, le=256, description="同时发送的消息数", examples=["8"])
    poll_s: float = Field(default=1.0, gt=0, le=60, description="没有被唤醒时，隔几秒看一次待发消息", examples=["1"])
    shutdown_s: float = Field(default=10.0, ge=0, le=300, description="停止时最多等在途消息几秒", examples=["10"])


class Demo(Section):
    clock_file: Path = Field(description="演示时钟文件，由 make demo 写入", examples=[".shouyue/clock.json"])
    clock_secret: SecretStr = Field(
        description="沙盒拨动时钟时出示的口令", examples=["由 make demo 生成"], min_length=16
    )


class Logging(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="日志级别", examples=["info"]
    )
    format: Literal["json", "console"] = Field(
        default="json", description="日志格式：json 给程序读，console 给人读", examples=["json"]
    )
