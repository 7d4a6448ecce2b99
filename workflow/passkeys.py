"""通行密钥: how a passkey is bound to an employee, revoked and reset (reliability.md R7, G1).

The chat gives a link and a code, the page asks for the code and lets the browser make the key. There is one at a time:
whoever has taken over a chat must not add their own beside it, so another one needs an administrator's reset.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta

from tortoise.connection import get_connection
from webauthn import generate_registration_options, options_to_json, verify_registration_response
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models import AuditRecord, Employee, Passkey
from models.vault import vault
from workflow import access, audit, one_time, relying, webkeys
from workflow.acting import Act
from workflow.errors import Invalid, Missing, NotNow
from workflow.relying import Site

LASTS = timedelta(minutes=15)  # of a page, until the key is bound
PURPOSE = "passkey"
NAME = "守约"
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
MOST_TRANSPORTS = 8


async def held(employee: Employee) -> Passkey | None:
    """Return the passkey that was bound last and not reset, revoked or not."""
    bound = Passkey.filter(employee=employee, ended_at=None, bound_at__isnull=False)
    return await bound.order_by("-bound_at").first()


async def require(employee: Employee) -> Passkey:
    """Return the passkey with which an employee signs, or refuse and say how to get one."""
    require_site()
    passkey = await held(employee)
    if passkey is None:
        raise Missing("passkey-missing")
    if passkey.revoked_at is not None:
        raise NotNow("passkey-revoked")
    return passkey


def require_site() -> Site:
    """Return the site to which passkeys belong, or refuse where no browser would give it one."""
    site = relying.site()
    if site is None:
        raise NotNow("passkey-site")
    return site


async def offer(act: Act) -> Passkey:
    """Begin to bind a passkey of the acting person's; one that was not bound in time is void."""
    employee = await access.require_employee(act)
    require_site()
    if bound := await held(employee):
        raise NotNow("passkey-revoked" if bound.revoked_at else "passkey-held")
    await Passkey.filter(employee=employee, ended_at=None).update(ended_at=act.now)
    passkey = Passkey(employee=employee, made_at=act.now)
    passkey.token_index = one_time.index_of(PURPOSE, token_of(passkey.id.hex))
    await passkey.save()
    await _record(act, passkey, "passkey.offered")
    return passkey


def token_of(passkey_id: str) -> str:
    """Return what stands in the address of the page that binds the passkey with this id; it is stored nowhere."""
    return one_time.token_of(PURPOSE, passkey_id)


def code_of(passkey: Passkey) -> str:
    """Return the six digits that stand in the chat beside the link."""
    return one_time.code_of(PURPOSE, passkey.id)


def seal_of(passkey: Passkey) -> str:
    """Return what only a form of this passkey's own page carries (CSRF)."""
    return one_time.seal_of(PURPOSE, passkey.id)


def proven_of(passkey: Passkey) -> str:
    """Return what the page carries that was shown to somebody who knew the code."""
    return one_time.seal_of(f"{PURPOSE}-proven", passkey.id)


async def find(token: str, now: datetime, *, lock: bool = False) -> Passkey | None:
    """Return a passkey that can still be bound; an unknown, a bound and an old one look the same: None."""
    if not one_time.is_token(token):
        return None
    fresh = Passkey.filter(token_index=one_time.index_of(PURPOSE, token), ended_at=None, bound_at=None)
    if lock and get_connection("default").capabilities.support_for_update:
        fresh = fresh.select_for_update()
    found = await fresh.filter(made_at__gt=now - LASTS, tries__lt=one_time.MOST_TRIES).first()
    if found is not None:
        await found.fetch_related("employee__organisation")
    return found


async def note_failure(act: Act, passkey: Passkey, why: str) -> int:
    """Count and record a wrong code, or a key that cannot be taken; returns how many tries are left."""
    passkey.tries += 1
    await passkey.save(update_fields=["tries"])
    await _record(act, passkey, "passkey.not_bound", why)
    return one_time.MOST_TRIES - passkey.tries


def _challenge_of(passkey: Passkey) -> bytes:
    return vault().token(f"{PURPOSE}-challenge", passkey.id.hex).encode()


def options_for(passkey: Passkey) -> str:
    """Return what the browser is asked for, as JSON: a key that is used only by somebody it has verified."""
    site = require_site()
    wanted = AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
    )
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_name=passkey.employee.key,
        user_id=base64.b32decode(vault().token(f"{PURPOSE}-user", passkey.employee.id.hex)[:24].upper()),
        challenge=_challenge_of(passkey),
        timeout=int(LASTS.total_seconds() * 1000),
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=wanted,
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json(options)


async def bind(act: Act, passkey: Passkey, credential: str, transports: list[str]) -> None:
    """Bind the key that a browser made; what cannot be verified is refused."""
    site = require_site()
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=_challenge_of(passkey),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        key = webkeys.jwk_of(made.credential_public_key)
    except webkeys.MALFORMED as wrong:
        raise Invalid("passkey-unusable") from wrong
    name = bytes_to_base64url(made.credential_id)
    if await Passkey.filter(credential=name).exists():
        raise Invalid("passkey-unusable")
    passkey.credential, passkey.public_key = name, bytes_to_base64url(made.credential_public_key)
    passkey.key, passkey.sign_count, passkey.aaguid = webkeys.thumbprint(key), made.sign_count, made.aaguid
    passkey.synced = made.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    passkey.transports = [each for each in transports if each.isascii() and each.replace("-", "").isalpha()]
    passkey.transports = passkey.transports[:MOST_TRANSPORTS]
    passkey.bound_at = act.now
    await passkey.save()
    await _record(act, passkey, "passkey.bound")


async def told_of(signers: Mapping[str, str]) -> dict[str, list[int]]:
    """Return where the logs tell of these keys (each with its owner, u_…): bound, revoked, reset; numbers by log."""
    subjects = [each.id.hex[:16] for each in await Passkey.filter(key__in=list(signers))]
    actions = ["passkey.bound", "passkey.revoked"]
    rows = list(await AuditRecord.filter(subject__in=subjects, action__in=actions)) if subjects else []
    for person in sorted(set(signers.values())):
        rows += await AuditRecord.filter(action="passkey.reset", line__contains=f'"{person}"')
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.log, []).append(row.seq)
    return found


async def revoke(act: Act) -> Passkey:
    """Let the acting person's passkey sign no more, at once; another one needs an administrator."""
    employee = await access.require_employee(act)
    passkey = await held(employee)
    if passkey is None:
        raise Missing("passkey-missing")
    if passkey.revoked_at is not None:
        raise NotNow("passkey-revoked")
    passkey.revoked_at = act.now
    await passkey.save(update_fields=["revoked_at"])
    await _record(act, passkey, "passkey.revoked")
    return passkey


async def lose(act: Act, employee: Employee) -> None:
    """End every passkey of somebody, so that another one can be bound; what they signed stays signed."""
    await Passkey.filter(employee=employee, ended_at=None).update(ended_at=act.now)


async def _record(act: Act, passkey: Passkey, action: str, why: str = "") -> None:
    """Record what became of a passkey; with `key` its statements can be told to be this person's."""
    employee = await passkey.employee
    subject = ("passkey", passkey.id.hex[:16], 1)
    data: dict[str, object] = {"person": employee.pseudonym}
    if passkey.key:
        data |= {"key": passkey.key, "aaguid": passkey.aaguid, "synced": int(passkey.synced)}
    await audit.record(act, await employee.organisation, action, subject, ok=not why, why=why, data=data)
