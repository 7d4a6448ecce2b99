"""The section `signatures`: the certification authority through whose service people sign (grade g2)."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from bot.settings_sections import Address, Section
from workflow import cms
from workflow.authorities import Authority


def _readable(file: Path) -> Path:
    """Refuse a file that holds no certificates: nothing that anybody signs could be checked."""
    try:
        cms.certificates_in(file.read_bytes())
    except OSError:
        raise PydanticCustomError("roots", "读不到这个文件") from None
    except cms.MALFORMED:
        raise PydanticCustomError("roots", "应为 PEM 写的根证书，一张或多张") from None
    return file


class SignaturesSection(Section):
    name: str = Field(
        min_length=1, max_length=40, description="机构的名称，写进给审批人的话里", examples=["某某电子认证中心"]
    )
    base: Address = Field(description="签名服务的接口地址", examples=["https://sign.example.cn/api"])
    app_id: str = Field(
        min_length=1, max_length=64, description="本单位在签名服务里的应用编号", examples=["huachen-shouyue"]
    )
    api_key: SecretStr = Field(description="签名服务的密钥；建议放进密钥文件", examples=["粘贴机构给的值"])
    callback_secret: SecretStr = Field(
        description="签名服务给回调签名的密钥，16 个字符以上；建议放进密钥文件",
        examples=["粘贴机构给的值"],
        min_length=16,
    )
    roots: Annotated[Path, AfterValidator(_readable)] = Field(
        description="机构的根证书（PEM，可多张）；签名人的证书要能追到其中一张",
        examples=["/etc/shouyue/ca-roots.pem"],
    )
    accounts: dict[str, str] = Field(
        default_factory=dict,
        description="工号 → 机构里的账号，也就是个人证书主题的 serialNumber；一样的不用写",
        examples=["{zhaoguoqiang: HC-000123}"],
    )


def authority_of(section: SignaturesSection | None) -> Authority | None:
    """Return what deciding needs to know of the authority."""
    if section is None:
        return None
    return Authority(section.name, cms.certificates_in(section.roots.read_bytes()), dict(section.accounts))
