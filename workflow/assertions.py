"""What a passkey says of a statement, verified, and as a line below it that is checked without us (G1).

The challenge is the SHA-256 of the statement: what was shown and what was decided is what was signed.
"""

import hashlib
import json
from dataclasses import dataclass

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    options_to_json,
    verify_authentication_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from models import Passkey
from workflow import passkeys, webkeys
from workflow.canonical import canonical
from workflow.errors import Invalid
from workflow.notes import Signature

LONGEST_CLIENT = 1000  # bytes of what a browser says; they need about two hundred
KIND = b"\xffshouyue/passkey"  # C2SP signed-note: 0xff, then who chose the type


@dataclass(frozen=True)
class Signed:
    """The statement that was laid before somebody, and the browser's answer to it (AuthenticationResponseJSON)."""

    text: str
    credential: str


def challenge_of(text: str) -> bytes:
    """Return what a passkey has to sign for a statement."""
    return hashlib.sha256(text.encode()).digest()


def options_for(passkey: Passkey, text: str) -> str:
    """Return what the browser is asked for, as JSON: this passkey and no other, and its owner verified."""
    site = passkeys.require_site()
    known = set(AuthenticatorTransport)
    transports = [AuthenticatorTransport(each) for each in passkey.transports if each in known]
    allowed = PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential), transports=transports or None)
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge_of(text),
        allow_credentials=[allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


async def verified(passkey: Passkey, signed: Signed, approver: str) -> str:
    """Return the line of a passkey's signature over a statement, and count it; refuse what does not verify."""
    site = passkeys.require_site()
    try:
        answer = parse_authentication_credential_json(signed.credential)
        seen = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge_of(signed.text),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except webkeys.MALFORMED as wrong:
        raise Invalid("passkey-refused") from wrong
    if answer.id != passkey.credential or not _is_plain(answer.response.client_data_json):
        raise Invalid("passkey-refused")
    passkey.sign_count = seen.new_sign_count
    await passkey.save(update_fields=["sign_count"])
    return _line(passkey, answer, approver)


def _is_plain(client: bytes) -> bool:
    """Tell whether every program reads what the browser said alike (docs/audit/statements.md §4).

    Else somebody could confirm in words that we take and an auditor's program does not, and deny it later.
    """
    if len(client) > LONGEST_CLIENT:
        return False
    try:
        told = json.loads(client.decode(), parse_constant=_refused)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("crossOrigin", False) is False


def _refused(text: str) -> object:
    raise ValueError(f"{text} is no JSON")


def _line(passkey: Passkey, answer: AuthenticationCredential, approver: str) -> str:
    """Return the signature line (docs/audit/statements.md §1): under the approver's name, with all one needs."""
    said = {
        "authenticator": bytes_to_base64url(answer.response.authenticator_data),
        "client": bytes_to_base64url(answer.response.client_data_json),
        "credential": passkey.credential,
        "key": dict(webkeys.jwk_of(base64url_to_bytes(passkey.public_key))),
        "signature": bytes_to_base64url(answer.response.signature),
    }
    key_id = hashlib.sha256(approver.encode() + b"\n" + KIND + bytes.fromhex(passkey.key)).digest()[:4]
    return Signature(approver, key_id, canonical(said).encode()).line
