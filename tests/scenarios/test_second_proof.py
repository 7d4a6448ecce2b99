"""A leader proves a second time, from the link in the chat to the button that then works, in WeCom."""

import base64
import re
from collections.abc import Iterator

import pytest

from models import AuditRecord, Position
from tests.scenarios.company import Company
from tests.scenarios.steps import whole_logs
from tests.scenarios.test_strict import agreed_by_the_department
from workflow import stepup, totp
from workflow.stepup import Kind

__all__ = ["whole_logs"]


@pytest.fixture(autouse=True)
def nothing_left_installed() -> Iterator[None]:
    yield
    stepup.install({})


async def shown_secret(company: Company, person: str) -> bytes:
    """Ask for a page, open it twice, and read the secret from it as somebody who cannot scan would."""
    await company.says(person, "绑定动态码")
    address = re.search(r"http://\S+/f/[a-z2-7]{26}", (await company.sees(person, "/f/"))["text"])
    assert address is not None
    for _ in range(2):  # a preview may look: it shows nothing and uses nothing up
        async with company.http.get(address[0]) as answer:
            page = await answer.text()
            assert (answer.status, "<svg" in page, answer.headers["Cache-Control"]) == (200, False, "no-store")
    form = re.search(r'name="form" value="([a-z2-7]{26})"', page)
    assert form is not None
    async with company.http.post(address[0], data={"form": "a" * 26}) as answer:
        assert answer.status == 404
    async with company.http.post(address[0], data={"form": form[1]}) as answer:
        page = await answer.text()
        assert (answer.status, "<svg" in page) == (200, True)
    async with company.http.post(address[0], data={"form": form[1]}) as answer:
        assert answer.status == 404
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret is not None
    return base64.b32decode(secret[1])


def code(company: Company, secret: bytes) -> str:
    assert company.app is not None
    return totp.code_at(secret, totp.step_of(company.app.clock.now()))


async def test_a_leader_agrees_to_a_sensitive_case_only_with_a_code(company: Company) -> None:
    assert company.app is not None
    stepup.install({"huachen/heavy": frozenset({Kind.SENSITIVE_APPROVAL})})
    await company.app.store.transact(lambda: Position.all().update(sensitive=True))
    card = await agreed_by_the_department(company)
    await company.taps("zhaoguoqiang", card, "approve")
    await company.sees("zhaoguoqiang", "还没有绑定动态码")

    secret = await shown_secret(company, "zhaoguoqiang")
    await company.says("zhaoguoqiang", f"绑定动态码 {code(company, secret)}")
    await company.sees("zhaoguoqiang", "动态码已绑定")
    await company.passes(60)
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve", force=True)
    await company.sees("zhaoguoqiang", "请输入动态码")
    await company.says("zhaoguoqiang", f"动态码 {code(company, secret)}")
    await company.sees("zhaoguoqiang", "动态码正确", "同意敏感岗位的取消")
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve", force=True)
    await company.card("zhaoguoqiang", "已同意")
    lines = [each.line for each in await AuditRecord.filter(action="approval.approved").order_by("id")]
    assert ['"proof":"totp"' in each for each in lines] == [False, True]
