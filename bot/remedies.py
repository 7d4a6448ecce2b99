"""What a failed try means and what an administrator does next, by the code that a platform answers with."""

from dataclasses import dataclass

from platforms.errors import PlatformError


@dataclass(frozen=True)
class Remedy:
    """What a failure means, and what to do about it."""

    meaning: str
    todo: str


DINGTALK_SECRET = Remedy(
    "Client ID 或 Client Secret 不对，或应用已停用",
    "开放平台 → 应用 → 凭证与基础信息，重新复制两项，Secret 存进密钥文件 dingtalk__client_secret"
    "（docs/dingtalk-setup.md 第 1 节）",
)
DINGTALK_LIMIT = Remedy("调用太频繁，被钉钉限流", "等一分钟再运行；一直这样，就看是不是有别的程序在用同一个应用")
WECOM_CORP = Remedy("企业 ID 不对", "管理后台 → 我的企业，最下面的企业 ID，写进 wecom.corp_id")
WECOM_SECRET = Remedy(
    "Secret 不对，或应用已停用",
    "管理后台 → 应用管理 → 自建应用，重新查看 Secret，存进密钥文件 wecom__secret；"
    "先改好再试：连续用错，出口 IP 会被封一小时（docs/wecom-setup.md 第 1 节）",
)
WECOM_AGENT = Remedy("AgentId 不对，或 Secret 是别的应用的", "在同一个自建应用的页面上重新复制 AgentId 和 Secret")
WECOM_IP = Remedy(
    "本机的公网出口 IP 不在企业可信 IP 里",
    "应用 → 企业可信 IP，填本服务器的公网出口 IP，约一分钟后生效（docs/wecom-setup.md 第 3 节）",
)
WECOM_LIMIT = Remedy("调用太频繁，被企业微信限流", "等一小时再运行；多半是有程序反复取令牌，或连续用错过 Secret")
KF_GRANT = Remedy(
    "这个应用还不能用微信客服接口",
    "微信客服 → API → 可调用接口的应用，选上自建应用，再勾上要管理的客服账号（docs/wecom-setup.md 第 5 节）",
)
KF_RANGE = Remedy("接待人员不在应用的可见范围里", "把客服账号的接待人员加进自建应用的可见范围")
SMTP_LOGIN = Remedy(
    "登录名或口令不对，或服务器不接受这种登录",
    "核对 email.username；很多邮箱要用“授权码”，不是网页登录的口令，存进密钥文件 email__password",
)
SMTP_TLS = Remedy(
    "加密没有谈成：服务器不支持，或证书不可信",
    "核对 email.tls 与端口：starttls 对应 587，tls 对应 465；自签证书要先装进系统的信任列表",
)
SMS_KEY = Remedy(
    "AccessKey ID 或 Secret 不对",
    "阿里云 RAM 访问控制 → 用户 → AccessKey，核对 sms.access_key_id 和密钥文件 sms__access_key_secret",
)
SMS_GRANT = Remedy(
    "这个 AccessKey 没有短信权限", "RAM 访问控制里给它的用户授权 AliyunDysmsFullAccess，或只授发送与查询"
)
SKEW = Remedy("本机时间不准，签名被判过期", "打开系统的时间同步（chrony 或 systemd-timesyncd），再运行一次")
REFUSED = Remedy("对方拒绝访问", "核对密钥，以及对方有没有限制来访的 IP")
BASE = Remedy("这个地址上没有要找的接口", "核对设置里的接口地址，多数情况不用写，用默认的就好")
AWAY = Remedy("对方暂时不能服务", "几分钟后再运行；一直这样，看平台的公告")
PAGE = Remedy(
    "回来的是网页，不是接口的答复：地址写错了，或中间有代理、封禁页", "核对接口地址和出网代理；被封禁的等五分钟再试"
)
NO_ANSWER = Remedy("连上了，但没有等到答复", "再运行一次；一直这样，检查防火墙和代理是否截断了连接")
NOT_REACHED = Remedy("没有连上", "检查地址和端口、网络出口、防火墙和 DNS")
UNKNOWN = Remedy("平台没有接受", "按错误码查平台的文档；改好后再运行一次")

BY_CODE = {
    "invalidClientIdOrSecret": DINGTALK_SECRET,
    "authFailed": DINGTALK_SECRET,
    "Forbidden.AccessDenied.IpNotInWhiteList": Remedy(
        "本机的公网出口 IP 不在应用的名单里",
        "开发配置 → 安全设置 → 服务器出口 IP，加上本机的公网出口 IP（docs/dingtalk-setup.md 第 4 节）",
    ),
    "Forbidden.AccessDenied.ApiCountLimitForOrg": Remedy("本月的接口额度已用完", "升级套餐，或等到下个月"),
    "endpoint": Remedy("网关给的地址不能安全使用", "核对 dingtalk.api_base；不是演示就不要写，用默认的"),
    "banned": PAGE,
    "40013": WECOM_CORP,
    **dict.fromkeys(("40001", "40125", "41002", "41004"), WECOM_SECRET),
    **dict.fromkeys(("40056", "301002"), WECOM_AGENT),
    "50003": Remedy("应用已停用", "管理后台 → 应用管理，启用这个应用"),
    "60020": WECOM_IP,
    **dict.fromkeys(("45009", "45033"), WECOM_LIMIT),
    **dict.fromkeys(("48002", "48007", "95011", "95012", "95017"), KF_GRANT),
    "60030": KF_RANGE,
    "-1": AWAY,
    "smtp-login": SMTP_LOGIN,
    **dict.fromkeys(("530", "534", "535", "538"), SMTP_LOGIN),
    "smtp-tls": SMTP_TLS,
    **dict.fromkeys(("InvalidAccessKeyId.NotFound", "InvalidAccessKeyId", "SignatureDoesNotMatch"), SMS_KEY),
    **dict.fromkeys(("isp.RAM_PERMISSION_DENY", "NoPermission", "Forbidden.RAM"), SMS_GRANT),
    **dict.fromkeys(("InvalidTimeStamp.Expired", "IllegalTimestamp"), SKEW),
    **dict.fromkeys(("http-401", "http-403"), REFUSED),
    **dict.fromkeys(("http-404", "http-405", "http-301", "http-302", "url"), BASE),
    "not-json": PAGE,
    "no-answer": NO_ANSWER,
    "connect": NOT_REACHED,
    "connection": NOT_REACHED,
    **dict.fromkeys(("system.busy", "systemBusy", "ServiceUnavailable", "InternalError"), AWAY),
}
BY_BEGINNING = (
    ("Forbidden.AccessDenied.Q", DINGTALK_LIMIT),
    (
        "Forbidden.AccessDenied",
        Remedy(
            "应用没有这个接口的权限",
            "开放平台 → 应用 → 权限管理，申请消息里点名的权限，再发布一个版本（docs/dingtalk-setup.md 第 3、6 节）",
        ),
    ),
    ("Throttling", Remedy("调用太频繁，被短信服务限流", "等一分钟再运行")),
    ("http-5", AWAY),
)
CERTIFICATE = Remedy("对方的证书不可信", "检查本机时间和系统的根证书；公司代理会替换证书的，把代理的根证书装进系统")
NO_NAME = Remedy("域名查不到", "检查地址有没有写错，再检查本机的 DNS")


def remedy(error: PlatformError) -> Remedy:
    """Return what a refusal means; one that nobody has written down is named by its code."""
    if error.code == "connect":
        return _unconnected(error.message)
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    return next((found for beginning, found in BY_BEGINNING if error.code.startswith(beginning)), UNKNOWN)


def _unconnected(why: str) -> Remedy:
    if "Certificate" in why or "SSL" in why:
        return CERTIFICATE
    return NO_NAME if "DNS" in why else NOT_REACHED
