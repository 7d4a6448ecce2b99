"""What the program takes for a certification authority's signature: what the verifiers take, and nothing else."""

import hashlib
import sys
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.authority import Authority, sign
from tests.audit.test_verify import DOCS
from workflow import cms

sys.path.insert(0, str(DOCS))
import make_certificate_vectors as certificates
import make_statement_vectors as make

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
LINE = b'{"v":1}'
CASES = list(certificates.cases(make.rsa_key()))
HOLDER = Authority().holder("qian", "钱进", NOW)
ROOTS = cms.certificates_in(Authority().pem.encode())


@pytest.mark.parametrize("case", CASES, ids=[each.name for each in CASES])
def test_the_program_and_both_verifiers_take_the_same_signatures(case: certificates.Case) -> None:
    roots = [der for text in (case.own_roots or case.roots,) if text for der in cms.certificates_in(text.encode())]
    if not case.code:
        found = cms.checked(case.of(LINE), LINE, case.signer, roots)
        assert (found.certificate.digest, found.root) == (case.signer, certificates.ROOT.der)
        return
    with pytest.raises(cms.Unsound) as refused:
        cms.checked(case.of(LINE), LINE, case.signer, roots)
    assert (refused.value.code == "root") == (case.code == "root")


def test_no_changed_byte_of_a_signature_is_taken_for_another_statement_or_person() -> None:
    made = sign(HOLDER, hashlib.sha256(LINE).digest(), NOW)
    digest = hashlib.sha256(HOLDER.der).hexdigest()
    taken = 0
    for at in range(len(made)):
        spoiled = bytearray(made)
        spoiled[at] ^= 1
        try:
            found = cms.checked(bytes(spoiled), LINE, digest, ROOTS)
        except cms.Unsound:
            continue
        taken += 1  # a name of an algorithm that says the same, or one that is not signed
        assert (found.certificate.digest, found.signed_at) == (digest, NOW)
    assert taken < 40


def test_a_certificate_tells_whom_it_names_and_leads_to_a_root_while_it_holds() -> None:
    found = cms.certificate(HOLDER.chain, ROOTS, NOW)
    assert (found.name, found.account) == ("钱进", "qian")
    late = NOW + timedelta(days=400)
    for chain, roots, at, code in (
        (HOLDER.chain, cms.certificates_in(Authority("other").pem.encode()), NOW, "root"),
        (HOLDER.chain[:1], ROOTS, NOW, "root"),
        (HOLDER.chain, ROOTS, late, "expired"),
        ([b"x"], ROOTS, NOW, "malformed"),
        ([], ROOTS, NOW, "malformed"),
    ):
        with pytest.raises(cms.Unsound) as refused:
            cms.certificate(chain, roots, at)
        assert refused.value.code == code


@pytest.mark.parametrize("text", [b"", b"hello", Authority().pem.encode()[:300]])
def test_a_file_of_roots_without_a_certificate_is_refused(text: bytes) -> None:
    with pytest.raises(cms.MALFORMED):
        cms.certificates_in(text)
