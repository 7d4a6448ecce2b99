"""The example of a reverse proxy lets in every page that people and platforms open, and logs no token of theirs."""

import re

from bot import addresses
from tests.docs.test_files import ROOT

PAGE = (ROOT / "docs/deploying.md").read_text("utf-8")
INSIDE = {addresses.HEALTH, addresses.METRICS, addresses.DEMO_CLOCK}
OUTSIDE = {value for name, value in vars(addresses).items() if name.isupper()} - INSIDE
LINKS = {each for each in OUTSIDE if re.fullmatch(r"/[a-z]/", each)}


def let_in(path: str) -> bool:
    """Tell whether a location of the example takes an address."""
    exact = set(re.findall(r"location = (/\S+) ", PAGE))
    below = tuple(re.findall(r"location (/\S+/) ", PAGE))
    return path in exact or path.startswith(below)


def test_every_address_from_outside_is_let_in_and_none_from_inside() -> None:
    assert {each for each in OUTSIDE if not let_in(each)} == set()
    assert {each for each in INSIDE if let_in(each)} == set()


def test_the_token_of_every_link_stays_out_of_the_log_and_its_page_is_led_to_tls() -> None:
    assert len(LINKS) == 7
    assert {each for each in LINKS if f"    ~^{each} " not in PAGE} == set()
    led = re.search(r"location ~ \^/\(\(([a-z|]+)\)/\|privacy\$\)", PAGE)
    assert led is not None
    assert {f"/{each}/" for each in led[1].split("|")} == LINKS


def test_the_page_names_every_address_from_outside() -> None:
    named = PAGE.split("## 反向代理")[0]
    assert {each for each in OUTSIDE if f"`{each}" not in named} == set()
