"""A passkey with which anybody could sign, or that no other program can read, is not taken."""

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from workflow import webkeys

FIELD = 2**255 - 19
ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7


def cose(x: bytes) -> bytes:
    return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: x})


@pytest.mark.parametrize("sign", [0, 2**255])
@pytest.mark.parametrize("y", [0, 1, FIELD - 1, ORDER_8, FIELD - ORDER_8, FIELD, FIELD + 1, FIELD + 18])
def test_a_weak_key_or_one_that_is_written_in_two_ways_is_refused(y: int, sign: int) -> None:
    with pytest.raises(ValueError, match="not a kind of key"):
        webkeys.jwk_of(cose((y + sign).to_bytes(32, "little")))


def test_the_numbers_are_those_of_points_of_small_order() -> None:
    d, y2 = -121665 * pow(121666, -1, FIELD) % FIELD, ORDER_8 * ORDER_8 % FIELD
    x2 = (y2 - 1) * pow(d * y2 + 1, -1, FIELD) % FIELD
    assert (y2 + x2) % FIELD == 0, "twice it has y = (y² + x²) / (2 + x² - y²) = 0, which is of order 4"


def test_an_honest_key_is_taken() -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert webkeys.jwk_of(cose(public))["crv"] == "Ed25519"
