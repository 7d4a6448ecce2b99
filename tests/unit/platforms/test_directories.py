"""What the platforms' directory answers say, as they may be written on the wire."""

import pytest

from platforms.dingtalk import records
from platforms.errors import Temporary


def test_a_page_tells_its_people_and_where_the_next_begins() -> None:
    listed = {"userid": "wangfang", "name": "王芳", "job_number": "HC1", "dept_id_list": [1, "2"], "leader": "true"}
    page = records.page({"has_more": True, "next_cursor": 100, "list": [listed]})
    assert page.cursor == 100
    assert page.people == (records.Listed("wangfang", "王芳", "HC1", (1, 2), leads=True),)


def test_the_last_page_has_no_next() -> None:
    assert records.page({"has_more": False, "next_cursor": 0, "list": []}).cursor is None


def test_a_next_page_without_a_cursor_is_not_believed() -> None:
    with pytest.raises(Temporary):
        records.page({"has_more": True, "list": []})


def test_a_member_leads_only_where_it_says_so() -> None:
    led = [{"dept_id": 1, "leader": "false"}, {"dept_id": 2, "leader": True}]
    user = records.user({"userid": "chenmin", "job_number": "HC7", "leader_in_dept": led, "dept_id_list": [1, 2]})
    assert (user.staff_number, user.led_department_ids) == ("HC7", (2,))
