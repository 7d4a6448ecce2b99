"""What is shown as an example can be typed: the reader's own unit, and nobody of the demo, who is not there."""

import pytest

from models import Preset, Role
from models.store import Store
from tests.database import office
from tests.database.talking import says

OF_THE_DEMO = ("赵国强", "王芳", "李娜", "张伟", "陈敏", "华辰")


@pytest.mark.parametrize("role", [*Role])
async def test_help_names_the_readers_own_unit_and_nobody_of_the_demo(store: Store, role: Role) -> None:
    async def enter() -> None:
        await office.unit("group", None)
        unit = await office.unit("group/east", Preset.FAST)
        await office.employee("reader", unit, role, name="读者")

    await store.transact(enter)
    asked = ("帮助", "审计检索 什么都不是=1", "授权 读者", "时间轴", "查")
    said = "\n".join([await says(store, "reader", each) for each in asked])
    assert not [each for each in OF_THE_DEMO if each in said]
    if role in (Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        assert "单位 group/east" in said
