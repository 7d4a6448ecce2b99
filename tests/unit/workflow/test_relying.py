"""Passkeys belong to a site with a name: which addresses have one, and under which name a link leads there."""

import pytest

from workflow.relying import Site, site_of


@pytest.mark.parametrize(
    ("address", "host", "base"),
    [
        ("https://hr.example.cn", "hr.example.cn", "https://hr.example.cn"),
        ("https://HR.example.cn:8443/shouyue/", "hr.example.cn", "https://hr.example.cn:8443/shouyue"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_a_site_with_a_name_has_passkeys(address: str, host: str, base: str) -> None:
    assert site_of(address) == Site(host, base.removesuffix("/shouyue"), base)


@pytest.mark.parametrize("address", ["https://10.0.0.8", "http://hr.example.cn", "https://[2001:db8::1]", "", "hr"])
def test_a_bare_address_and_a_plain_one_have_none(address: str) -> None:
    assert site_of(address) is None
