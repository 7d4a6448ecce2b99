"""The key files of this installation: made once by `setup`, read at every start."""

import base64
import os
import secrets
from datetime import time, timedelta
from pathlib import Path

from bot.settings import Settings, SettingsError
from bot.settings_audit import Audit
from bot.settings_sections import host_of
from workflow.notes import WITNESS, VerifierKey, parse_vkey
from workflow.signing import Outside, Pace, Signing

LENGTH = 32


def create(settings: Settings) -> list[Path]:
    """Write every key file that is absent, readable by its owner alone, and return those written."""
    files = [*settings.vault_files.values(), settings.signing_key_file]
    absent = [file for file in files if not file.exists()]
    for file in absent:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secrets.token_bytes(LENGTH))
    return absent


def read(settings: Settings) -> dict[int, bytes]:
    """Return the keys by id, as `models.vault.Vault` takes them."""
    return {number: _key(f"keys.vault.{number}", file) for number, file in settings.vault_files.items()}


def read_signing(settings: Settings) -> Signing:
    """Return what signs the audit logs, as `workflow.signing` takes it."""
    section = settings.audit
    return Signing(
        _key("audit.signing_key_file", settings.signing_key_file),
        [base64.b64decode(key) for key in section.former_keys],
        Pace(timedelta(minutes=section.every_minutes), section.every_records),
        outside(section),
    )


def outside(section: Audit) -> Outside:
    """Return who outside keeps checkpoints, by name."""
    return Outside(
        at=time.fromisoformat(section.post_at),
        group=section.post_group,
        witnesses=tuple(_witness(place, each.vkey) for place, each in enumerate(section.witnesses)),
        authority=host_of(section.tsa_url or ""),
    )


def _witness(place: int, vkey: str) -> VerifierKey:
    try:
        key = parse_vkey(vkey)
    except ValueError as wrong:
        raise SettingsError(f"audit.witnesses.{place}.vkey：公钥抄错了（{wrong}）") from None
    if key.kind != WITNESS:
        raise SettingsError(f"audit.witnesses.{place}.vkey：这是日志的公钥，不是见证人的")
    return key


def _key(setting: str, file: Path) -> bytes:
    if not file.is_file():
        raise SettingsError(f"{setting}：没有 {file}。第一次运行用 python -m bot setup 生成；丢了就从备份恢复")
    if file.stat().st_mode & 0o077:
        raise SettingsError(f"{setting}：{file} 别人也能读，请运行 chmod 600 {file}")
    key = file.read_bytes()
    if len(key) != LENGTH:
        raise SettingsError(f"{setting}：{file} 应为 {LENGTH} 字节，现在是 {len(key)} 字节，可能损坏了")
    return key
