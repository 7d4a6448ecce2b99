"""settings.yaml, secret files and environment become one frozen Settings; an error names the key's path.

Order, the first wins: environment (`SHOUYUE_DINGTALK__CLIENT_ID`), secret files (`dingtalk__client_secret`),
settings.yaml, default.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableVariable

from bot import addresses
from bot.settings_audit import Audit
from bot.settings_brief import BriefSection
from bot.settings_evidence import EvidenceSection
from bot.settings_exports import ExportsSection
from bot.settings_privacy import PrivacySection
from bot.settings_sections import (
    Address,
    Archive,
    Database,
    Demo,
    Dingtalk,
    Directory,
    Email,
    Interviews,
    Keys,
    Logging,
    Port,
    Redis,
    Retention,
    Sms,
    Wecom,
    Worker,
    host_of,
    is_loopback,
)
from bot.settings_signatures import SignaturesSection
from bot.settings_text import nearest, problems
from workflow.stepup import Kind
from workflow.strict_yaml import StrictYaml

PREFIX = "SHOUYUE_"
DEFAULT_HOME = ".shouyue"
NOT_SETTINGS = ("SETTINGS", "SECRETS", "SANDBOX_", "DEMO_", "TEST_")
"""Names after the prefix that belong to the loader itself, the demo or the tests."""


class SettingsError(Exception):
    """The settings cannot be used; the text names each key's path, what was expected and an example."""


class Settings(BaseSettings):
    """Everything that can be configured, checked, and never changed while the program runs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_parse_none_str="null",
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    home: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        default=Path(DEFAULT_HOME),
        description="数据目录：数据库、证明材料、密钥都在里面",
        examples=["/var/lib/shouyue"],
    )
    host: str = Field(
        default="127.0.0.1", description="监听地址；前面有反向代理时保持 127.0.0.1", examples=["127.0.0.1"]
    )
    port: Port = Field(default=8000, description="监听端口", examples=["8000"])
    public_url: Address = Field(
        default="",
        description="外网访问本服务的 https 地址，写进通知里的链接；不写就用本机地址",
        examples=["https://hr.example.cn"],
    )
    database: Database = Field(default_factory=Database, description="数据库")
    redis: Redis = Field(default_factory=Redis, description="Redis，可不用")
    dingtalk: Dingtalk = Field(default_factory=Dingtalk, description="钉钉")
    wecom: Wecom = Field(default_factory=Wecom, description="企业微信与微信客服")
    email: Email | None = Field(default=None, description="邮件；不用就写 null")
    sms: Sms | None = Field(default=None, description="短信；不用就写 null")
    interviews: Interviews | None = Field(default=None, description="AI 面试服务；不用就写 null")
    signatures: SignaturesSection | None = Field(
        default=None, description="有资质的电子认证机构的签名服务；不用就写 null，规则里就不能写 grade: g2"
    )
    contacts: dict[str, Annotated[str, Field(min_length=1, max_length=40)]] = Field(
        default_factory=dict,
        description="组织路径 → 候选人可以找谁，最多 40 字，写进取消通知和面试页面；下级组织不写就用上级的",
        examples=["{huachen/net: 华辰互联招聘组 010-12345678}"],
    )
    directory: Directory = Field(default_factory=Directory, description="通讯录")
    keys: Keys = Field(default_factory=Keys, description="密钥文件")
    audit: Audit = Field(default_factory=Audit, description="审计日志的签名、打印与锚定")
    exports: ExportsSection = Field(default_factory=ExportsSection, description="一个人独自导出的合计上限")
    evidence: EvidenceSection = Field(default_factory=EvidenceSection, description="证明材料的检查")
    privacy: PrivacySection = Field(default_factory=PrivacySection, description="候选人资料的查看，和告诉候选人的规则")
    brief: BriefSection = Field(default_factory=BriefSection, description="早上的简报")
    stepup: dict[str, list[Kind]] = Field(
        default_factory=dict,
        description=(
            "单位路径 → 哪些事要二次验证：sensitive_approval、admin_grant、bulk_export、purge；下级单位同样要。"
            "admin_grant 只管系统管理员、安全管理员和审计的授权，HR、审批人等业务角色的不要"
        ),
        examples=["{huachen: [admin_grant, bulk_export], huachen/heavy: [sensitive_approval]}"],
    )
    retention: Retention = Field(default_factory=Retention, description="留存期限")
    archive: Archive = Field(default_factory=Archive, description="归档")
    worker: Worker = Field(default_factory=Worker, description="发送")
    logging: Logging = Field(default_factory=Logging, description="日志")
    demo: Demo | None = Field(default=None, description="演示时钟；只有演示的数据目录可以有，由 make demo 写入")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over what the files said; nothing else is read behind our back."""
        return env_settings, init_settings

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, given: dict[str, Any]) -> dict[str, Any]:
        home = Path(str(given.get("home") or DEFAULT_HOME)).absolute()
        derived = {
            "database": {"url": f"sqlite://{home}/shouyue.db"},
            "public_url": f"http://127.0.0.1:{given.get('port', 8000)}",
        }
        return _over(derived, _without_blanks(given))

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        if self.demo and not _is_local(self):
            raise PydanticCustomError(
                "demo", "只有演示可以写 demo：监听地址和各平台地址都要在本机，clock_file 要在数据目录里"
            )
        return self

    @model_validator(mode="after")
    def _group_can_be_reached(self) -> Self:
        audit = self.audit
        if audit.post_group and not audit.post_webhook and audit.post_group not in self.dingtalk.group_conversations:
            raise PydanticCustomError(
                "unknown_group", "audit.post_group：没有写 post_webhook，dingtalk.group_conversations 里也没有这个群"
            )
        return self

    @property
    def vault_files(self) -> dict[int, Path]:
        """Return the key files by id; the highest id seals, the lowest finds and signs."""
        return self.keys.vault or {1: self.home / "keys" / "vault-1.key"}

    @property
    def signing_key_file(self) -> Path:
        """Return the file of the key that signs the audit logs."""
        return self.audit.signing_key_file or self.home / "keys" / "log-signing.key"

    @property
    def archive_folder(self) -> Path:
        """Return the folder in which packages are kept where no archive system takes them."""
        return self.archive.folder or self.home / "archive"

    @property
    def wecom_callback_url(self) -> str:
        """Return the address an administrator enters in WeCom."""
        return self.public_url + addresses.WECOM_CALLBACK


def settings_file() -> Path:
    """Return the settings.yaml in force: $SHOUYUE_SETTINGS, the one in the home, or the one here."""
    if named := os.environ.get(PREFIX + "SETTINGS"):
        return Path(named)
    at_home = Path(os.environ.get(PREFIX + "HOME") or DEFAULT_HOME) / "settings.yaml"
    return at_home if at_home.exists() else Path("settings.yaml")


def load(file: Path | None = None) -> Settings:
    """Read the settings in force, or raise SettingsError with every problem found."""
    file = file or settings_file()
    _refuse_unknown_variables()
    given = _without_blanks(_read_yaml(file))
    home = Path(os.environ.get(PREFIX + "HOME") or str(given.get("home", DEFAULT_HOME)))
    try:
        return Settings(**_over(given, _read_secrets(home)))
    except ValidationError as wrong:
        raise SettingsError(_listed(file, problems(wrong, Settings, PREFIX))) from None
    except UnreadableVariable as wrong:
        raise SettingsError(f"环境变量读不懂：{wrong}。分段写，例如 SHOUYUE_DINGTALK__CLIENT_ID=…") from None


def _listed(file: Path, lines: list[str]) -> str:
    return "\n".join(
        [f"设置有 {len(lines)} 处不能用（{file}，说明见 docs/settings.md）：", *(f"  {line}" for line in lines)]
    )


def _refuse_unknown_variables() -> None:
    wrong = [name for name in sorted(os.environ) if name.startswith(PREFIX) and not _is_known(name)]
    if wrong:
        names = [PREFIX + field.upper() for field in Settings.model_fields]
        raise SettingsError("\n".join(f"环境变量 {name}：没有这一项{nearest(name, names)}" for name in wrong))


def _is_known(variable: str) -> bool:
    name = variable.removeprefix(PREFIX)
    return name.split("__")[0].lower() in Settings.model_fields or name.startswith(NOT_SETTINGS)


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=StrictYaml) or {}  # noqa: S506 - a SafeLoader, made stricter
    except FileNotFoundError:
        raise SettingsError(
            f"找不到设置文件 {file}。复制仓库里的 settings.yaml，或用 SHOUYUE_SETTINGS 指明位置"
        ) from None
    except (UnicodeDecodeError, yaml.YAMLError) as wrong:
        raise SettingsError(f"{file} 不是正确的 YAML（UTF-8）：{wrong}") from None
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise SettingsError(f"{file} 的最外层应是“名称: 值”，例如 port: 8000")
    return content


def _read_secrets(home: Path) -> dict[str, Any]:
    named = os.environ.get(PREFIX + "SECRETS")
    folder = Path(named) if named else home / "secrets"
    if named and not folder.is_dir():
        raise SettingsError(f"SHOUYUE_SECRETS 指的目录不存在：{folder}")
    files = [file for file in sorted(folder.iterdir()) if _is_secret(file)] if folder.is_dir() else []
    found: dict[str, Any] = {}
    for file in files:
        found = _over(found, _nested(file.name.split("__"), file.read_text(encoding="utf-8").strip()))
    return found


def _is_secret(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".")


def _nested(path: list[str], value: str) -> dict[str, Any]:
    inner = value if len(path) == 1 else _nested(path[1:], value)
    return {path[0]: inner}


def _without_blanks(given: Mapping[str, Any]) -> dict[str, Any]:
    """Drop keys left empty (`redis:`): an empty line in the example means the default."""
    kept = {key: _without_blanks(value) if isinstance(value, dict) else value for key, value in given.items()}
    return {key: value for key, value in kept.items() if value is not None}


def _over(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `upper` over `lower`, section by section."""
    both = {
        key: _over(lower[key], upper[key]) for key in lower if _is_section(lower[key]) and _is_section(upper.get(key))
    }
    return {**lower, **upper, **both}


def _is_section(value: object) -> bool:
    return isinstance(value, dict)


def _is_local(settings: Settings) -> bool:
    assert settings.demo
    bases = [settings.dingtalk.api_base, settings.dingtalk.oapi_base] if settings.dingtalk.enabled else []
    bases += [settings.wecom.api_base] if settings.wecom.enabled else []
    bases += [settings.sms.api_base] if settings.sms else []
    bases += [settings.interviews.base] if settings.interviews else []
    bases += [settings.signatures.base] if settings.signatures else []
    bases += [settings.archive.url] if settings.archive.url else []
    bases += [*(each.url for each in settings.audit.witnesses), *filter(None, [settings.audit.tsa_url])]
    bases += [settings.audit.post_webhook.get_secret_value()] if settings.audit.post_webhook else []
    hosts = [settings.host, *map(host_of, bases), *([settings.email.host] if settings.email else [])]
    return all(map(is_loopback, hosts)) and settings.demo.clock_file.absolute().is_relative_to(settings.home)
