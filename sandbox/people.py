"""The cast of the demo company: who works where, who is a candidate, and what is in each person's phone."""

from dataclasses import dataclass

ROOT = "huachen"
NET = "huachen/net"
HEAVY = "huachen/heavy"
WORKS = "huachen/works"


@dataclass(frozen=True)
class Organisation:
    """One unit of the group; `preset` names the policy it is entered with."""

    id: str
    name: str
    preset: str | None
    department_id: int


@dataclass(frozen=True)
class Person:
    """One phone: an employee, whose id is the user id on every platform they have, or a candidate.

    `apps` begins with the one the person types in by default. `role` is hr, interviewer, department_head, leader,
    deputy, auditor, administrator, security or candidate; `channel` is what a candidate prefers.
    """

    id: str
    name: str
    apps: tuple[str, ...]
    organisation: str
    role: str
    title: str
    phone: str
    email: str
    position: str = ""
    channel: str = ""

    @property
    def is_candidate(self) -> bool:
        """Tell whether this is somebody who is interviewed."""
        return self.role == "candidate"


@dataclass(frozen=True)
class SeedBooking:
    """A confirmed booking of the demo: `day` calendar days after D, at HH:MM in Asia/Shanghai."""

    candidate: str
    day: int
    at: str
    interviewer: str | None


@dataclass(frozen=True)
class Group:
    """A group chat with the bot in it."""

    name: str
    app: str
    conversation_id: str
    members: tuple[str, ...]


ORGANISATIONS: tuple[Organisation, ...] = (
    Organisation(ROOT, "华辰集团", None, 1),
    Organisation(NET, "华辰互联", "fast", 101),
    Organisation(HEAVY, "华辰重工", "strict", 102),
    Organisation(WORKS, "华辰制造", "transition", 103),
)


def _staff(id: str, name: str, apps: tuple[str, ...], organisation: str, role: str, title: str, phone: str) -> Person:
    return Person(id, name, apps, organisation, role, title, phone, f"{id}@huachen.example")


def _candidate(id: str, name: str, apps: tuple[str, ...], organisation: str, position: str, channel: str) -> Person:
    tail = id[-4:]
    email = f"{id.replace('-', '.')}@mail.example"
    return Person(id, name, apps, organisation, "candidate", "候选人", f"1380013{tail}", email, position, channel)


PEOPLE: tuple[Person, ...] = (
    _staff("sunjing", "孙静", ("dingtalk",), ROOT, "auditor", "集团审计", "13900010001"),
    _staff("zhoukai", "周凯", ("dingtalk",), ROOT, "administrator", "系统管理员", "13900010002"),
    _staff("hanxue", "韩雪", ("dingtalk",), ROOT, "security", "安全管理员", "13900010003"),
    _staff("wangfang", "王芳", ("dingtalk",), NET, "hr", "招聘专员", "13900010101"),
    _staff("lilei", "李雷", ("dingtalk",), NET, "interviewer", "Java 技术经理", "13900010102"),
    _staff("liuyang", "刘洋", ("dingtalk",), HEAVY, "hr", "招聘专员", "13900010201"),
    _staff("chenmin", "陈敏", ("dingtalk",), HEAVY, "department_head", "机械部部长", "13900010202"),
    _staff("zhaoguoqiang", "赵国强", ("wecom",), HEAVY, "leader", "分管领导", "13900010203"),
    _staff("lina", "李娜", ("wecom",), HEAVY, "deputy", "分管领导助理", "13900010204"),
    _staff("wutong", "吴桐", ("wecom",), HEAVY, "interviewer", "高级工程师", "13900010205"),
    _staff("helin", "何琳", ("wecom",), WORKS, "hr", "招聘专员", "13900010301"),
    _staff("zhenghao", "郑好", ("dingtalk", "wecom"), WORKS, "department_head", "制造部部长", "13900010302"),
    _candidate("zhangwei-8123", "张伟", ("wechat", "sms"), NET, "Java后端", "kf"),
    _candidate("zhangwei-4410", "张伟", ("sms",), NET, "会计", "sms"),
    _candidate("zhangwei-0092", "张玮", ("email", "sms"), NET, "Java后端", "email"),
    _candidate("machao-5566", "马超", ("wechat", "sms"), HEAVY, "机械工程师", "kf"),
    _candidate("linxiao-7788", "林晓", ("wecom", "sms"), HEAVY, "采购主管", "wecom"),
    _candidate("gaoyuan-3344", "高原", ("sms", "email"), WORKS, "质检员", "sms"),
)

BOOKINGS: tuple[SeedBooking, ...] = (
    SeedBooking("zhangwei-8123", 1, "15:00", "lilei"),
    SeedBooking("zhangwei-4410", 2, "16:30", "lilei"),
    SeedBooking("zhangwei-0092", 3, "10:00", "lilei"),
    SeedBooking("machao-5566", 2, "10:00", "wutong"),
    SeedBooking("linxiao-7788", 2, "14:00", "wutong"),
    SeedBooking("gaoyuan-3344", 2, "09:00", None),
)

GROUPS: tuple[Group, ...] = (
    Group("招聘群", "dingtalk", "cidHuachenRecruit0001==", ("wangfang", "liuyang", "zhoukai")),
    Group("审计群", "dingtalk", "cidHuachenAudit00001==", ("sunjing", "zhoukai", "hanxue")),
)

_BY_ID = {person.id: person for person in PEOPLE}
_BY_PHONE = {person.phone: person for person in PEOPLE}
_BY_EMAIL = {person.email: person for person in PEOPLE}
_BY_EXTERNAL: dict[str, Person] = {}


def person_with_id(person_id: str) -> Person | None:
    """Find a person by id."""
    return _BY_ID.get(person_id)


def person_with_phone(phone: str) -> Person | None:
    """Find a person by mobile number; +86, 86, spaces and hyphens do not matter."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return _BY_PHONE.get(digits[-11:])


def person_with_email(email: str) -> Person | None:
    """Find a person by address."""
    return _BY_EMAIL.get(email.strip().lower())


def people_with(app: str) -> tuple[Person, ...]:
    """List everyone who has an app."""
    return tuple(person for person in PEOPLE if app in person.apps)


def group_named(name: str) -> Group | None:
    """Find a group chat by its name."""
    return next((group for group in GROUPS if group.name == name), None)


def external_userid(person_id: str) -> str:
    """Give a candidate's id in WeChat customer service: wm and 30 letters, the same at every start."""
    name = person_id.replace("-", "").capitalize()
    return f"wm{name}{'AAAAQtSxv9Kd2LmPz7RcYw0HjTfNbEgUo'}"[:32]


def person_with_external_userid(userid: str) -> Person | None:
    """Find a candidate by their customer-service id."""
    return _BY_EXTERNAL.get(userid)


_BY_EXTERNAL.update({external_userid(person.id): person for person in PEOPLE})
