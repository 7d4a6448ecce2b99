"""The reference model itself, on histories written by hand: each is a sentence of the documents."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.approvals import model as reference
from tests.approvals.model import Model

ROLES = {"hr": ["liu"], "head": ["chen"], "leader": ["qian", "sun", "zhao"]}
NOW, START = 1000, 1000 + 86400


def step(*who: str, sign: str = "one", votes: int = 0, **more: Any) -> dict[str, Any]:
    """Return one step of the rules."""
    plain = {"in_turn": False, "beside": False, "repeats": False, "otherwise": ["nobody"]}
    return {"who": list(who), "sign": sign, "votes": votes, **plain, **more}


def filed(*steps: dict[str, Any], starts: float = START) -> Model:
    """Return the model of a request that has been filed."""
    model = Model(list(steps), ROLES, "liu", NOW, starts)
    model.move("submit", "liu")
    return model


def asked(model: Model) -> list[str]:
    """Return who is asked."""
    return [p.who for p in model.asked()]


LEADERS, HEAD = "role:leader", step("role:head")


def test_the_model_is_at_most_a_hundred_lines_and_knows_nothing_of_the_program() -> None:
    text = Path(reference.__file__).read_text().split('"""', 2)[2]
    assert len([line for line in text.splitlines() if line.strip()]) <= 100
    imports = [line for line in text.splitlines() if line.startswith(("import", "from"))]
    assert all(line.split()[1] in ("dataclasses", "itertools", "typing") for line in imports)


def test_levels_are_asked_one_after_the_other_and_then_it_is_carried_out_after_the_grace() -> None:
    model = filed(HEAD, step(LEADERS))
    assert asked(model) == ["chen"]
    assert not model.move("yes", "qian")
    assert model.move("yes", "chen")
    assert asked(model) == ["qian"]
    assert model.move("yes", "qian")
    assert model.status() == "approved"
    model.tick(NOW + 59)
    assert model.status() == "approved"
    model.tick(NOW + 60)
    assert model.status() == "carried_out"


def test_without_steps_it_is_decided_when_it_is_filed_and_at_once_when_it_starts_soon() -> None:
    assert filed().status() == "approved"
    assert filed(starts=NOW + 1800).status() == "carried_out"


@pytest.mark.parametrize(
    ("sign", "votes", "moves", "status"),
    [
        ("all", 0, "yes yes yes", "approved"),
        ("all", 0, "yes yes", "awaiting_approval"),
        ("all", 0, "yes no", "rejected"),
        ("any", 0, "yes", "approved"),
        ("any", 0, "no", "rejected"),
        ("votes", 2, "yes no", "awaiting_approval"),
        ("votes", 2, "yes no yes", "approved"),
        ("votes", 2, "no no", "rejected"),
        ("one", 0, "yes", "approved"),
        ("one", 0, "no", "rejected"),
    ],
)
def test_each_kind_of_signing(sign: str, votes: int, moves: str, status: str) -> None:
    model = filed(step(LEADERS, sign=sign, votes=votes))
    for who, what in zip(("qian", "sun", "zhao"), moves.split(), strict=False):
        assert model.move(what, who)
    assert model.status() == status


def test_nobody_answers_their_own_request_nor_on_two_levels() -> None:
    model = filed(step("role:hr", LEADERS, sign="all"), step("person:qian", "person:chen", sign="any"))
    assert "liu" not in [p.who for p in model.places]
    assert [p.who for p in model.places if p.level == 1] == ["chen"]


def test_an_empty_level_is_never_passed_in_silence() -> None:
    assert filed(step("role:hr")).status() == "refused"
    assert asked(filed(step("role:hr", otherwise=["admin"]))) == ["admin"]
    assert asked(filed(step("role:hr", otherwise=[]), HEAD)) == ["chen"]
    assert filed(step(LEADERS, sign="votes", votes=4)).status() == "refused"


def test_who_agreed_before_is_skipped_where_the_rules_say_so() -> None:
    model = filed(step("person:qian"), step("person:qian", repeats=True), HEAD)
    model.move("yes", "qian")
    assert asked(model) == ["chen"]


def test_in_turn_and_beside() -> None:
    model = filed(step(LEADERS, sign="all", in_turn=True), step("person:chen", beside=True))
    assert asked(model) == ["qian", "chen"]
    model.move("yes", "qian")
    assert asked(model) == ["sun", "chen"]


def test_an_administrator_names_somebody_and_never_answers() -> None:
    model = filed(step("role:hr", otherwise=["admin"]))
    assert not model.move("yes", "admin")
    assert not model.move("hand", "admin", "liu")
    assert model.move("hand", "admin", "lina")
    assert asked(model) == ["lina"]


def test_who_is_added_before_after_and_beside() -> None:
    model = filed(step("person:qian"), HEAD)
    model.move("before", "qian", "lina")
    assert asked(model) == ["lina"]
    model.move("yes", "lina")
    model.move("after", "qian", "sun")
    model.move("beside", "qian", "zhao")
    assert asked(model) == ["qian", "zhao"]
    model.move("yes", "qian")
    assert asked(model) == ["sun", "zhao"]
    model.move("yes", "sun")
    assert not model.move("hand", "zhao", "chen")
    assert model.move("no", "zhao")
    assert model.status() == "rejected"


def test_back_to_a_level_asks_it_and_all_after_it_anew_and_back_to_the_start_everybody() -> None:
    model = filed(HEAD, step("person:qian"), step("person:zhao"))
    model.move("yes", "chen")
    assert not model.move("return", "qian", level=1)
    model.move("yes", "qian")
    assert model.move("return", "zhao", level=0)
    assert asked(model) == ["chen"]
    assert model.move("back", "chen")
    assert (model.status(), asked(model)) == ("sent_back", [])
    assert not model.move("submit", "chen")
    assert model.move("submit", "liu")
    assert asked(model) == ["chen"]


def test_an_answer_is_taken_back_while_nothing_followed_and_after_the_end_by_the_last_alone() -> None:
    model = filed(HEAD, step("person:qian"))
    model.move("yes", "chen")
    assert model.move("take_back", "chen")
    model.move("yes", "chen")
    model.move("yes", "qian")
    assert not model.move("take_back", "chen")
    assert model.move("take_back", "qian")
    assert asked(model) == ["qian"]


@pytest.mark.parametrize(
    ("sign", "moves", "who"),
    [
        ("one", "after:qian:lina yes:qian yes:lina", "qian"),  # it was added to the very answer
        ("one", "after:qian:lina yes:qian hand:lina:chen yes:chen", "qian"),  # and whoever answers there
        ("any", "after:qian:lina yes:zhao yes:lina", "zhao"),  # the level was decided, so its adder is not waited for
    ],
)
def test_an_answer_stays_once_somebody_answered_who_was_added_after_it(sign: str, moves: str, who: str) -> None:
    model = filed(step(LEADERS, sign=sign), step("role:hr", "person:wang"))
    *earlier, last = [each.split(":") for each in moves.split()]
    assert all(model.move(*each) for each in earlier)
    undecided = deepcopy(model)
    assert undecided.move("take_back", who)
    assert not undecided.move(*last)
    assert model.move(*last)
    assert not model.move("take_back", who)
    assert model.move("take_back", last[1])
    assert model.move("take_back", who)


def test_an_answer_holds_nobody_who_was_asked_without_it() -> None:
    model = filed(step(LEADERS, sign="any"), HEAD)
    assert model.move("beside", "qian", "lina")
    assert model.move("yes", "zhao")
    assert model.move("yes", "lina")
    assert model.status() == "awaiting_approval"
    assert model.move("take_back", "zhao")
    assert asked(model) == ["qian", "sun", "zhao"]


def test_the_requester_withdraws_what_is_undecided_and_undoes_what_is_decided() -> None:
    model = filed(HEAD)
    assert not model.move("undo", "liu")
    assert not model.move("withdraw", "chen")
    model.move("yes", "chen")
    assert not model.move("withdraw", "liu")
    assert model.move("undo", "liu")
    assert (model.status(), model.move("yes", "chen")) == ("undone", False)


def test_undecided_when_the_interview_starts_it_expires() -> None:
    model = filed(HEAD)
    model.tick(START)
    assert model.status() == "expired"


def test_a_delegate_answers_once_accepted_until_the_limit_or_the_end() -> None:
    model = filed(step("person:qian"), step("person:sun"), HEAD)
    assert model.move("delegate", "qian", "lina", until=NOW + 60, most=1)
    assert not model.move("delegate", "qian", "zhao", until=NOW + 60)
    assert not model.move("yes", "lina")
    assert model.move("accept", "lina", "qian")
    assert not model.move("hand", "lina", "zhao")
    assert model.move("yes", "lina")
    assert model.given["qian"]["on"] == 0
    assert model.move("delegate", "qian", "zhao", until=NOW + 60)
    assert model.move("cancel", "qian")
    model.move("delegate", "sun", "zhao", until=NOW + 60)
    model.move("accept", "zhao", "sun")
    model.tick(NOW + 60)
    assert not model.move("yes", "zhao")


@pytest.mark.parametrize("to", ["liu", "chen", "zhao"])
def test_a_delegate_never_decides_their_own_request_nor_two_levels(to: str) -> None:
    model = filed(step("person:qian"), HEAD, step("person:zhao"))
    model.move("delegate", "qian", to, until=NOW + 60)
    model.move("accept", to, "qian")
    assert not model.move("yes", to)


def test_who_has_no_right_to_approve_delegates_nothing_and_nobody_for_longer_than_92_days() -> None:
    model = filed(HEAD)
    assert not model.move("delegate", "lina", "sun", until=NOW + 60)
    assert not model.move("delegate", "qian", "sun", until=NOW + 93 * 86400)
    assert not model.move("delegate", "qian", "qian", until=NOW + 60)
    assert model.move("delegate", "qian", "sun", until=NOW + 60)
    assert model.move("cancel", "qian")
    assert not model.move("cancel", "qian")
