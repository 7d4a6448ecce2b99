"""The key files of this installation: made once by `setup`, read at every start."""

import os
import secrets
from pathlib import Path

from bot.settings import Settings, SettingsError

LENGTH = 32


def create(settings: Settings) -> list[Path]:
    """Write every key file that is absent, readable by its owner alone, and return those written."""
    absent = [file for file in settings.vault_files.values() if not file.exists()]
    for file in absent:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secrets.token_bytes(LENGTH))
    return absent


def read(settings: Settings) -> dict[int, bytes]:
    """Return the keys by id, as `models.vault.Vault` takes them."""
    return {number: _key(number, file) for number, file in settings.vault_files.items()}


def _key(number: int, file: Path) -> bytes:
    if not file.is_file():
        raise SettingsError(
            f"keys.vault.{number}：没有 {file}。第一次运行用 python -m bot setup 生成；丢了就从备份恢复"
        )
    if file.stat().st_mode & 0o077:
        raise SettingsError(f"keys.vault.{number}：{file} 别人也能读，请运行 chmod 600 {file}")
    key = file.read_bytes()
    if len(key) != LENGTH:
        raise SettingsError(f"keys.vault.{number}：{file} 应为 {LENGTH} 字节，现在是 {len(key)} 字节，可能损坏了")
    return key
