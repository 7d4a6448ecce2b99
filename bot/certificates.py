"""With what printed documents are signed: a certificate the settings name, or one of our own in keys/."""

import os
from datetime import datetime
from pathlib import Path

from bot.settings import Settings, SettingsError
from platforms.printing.certificate import self_signed
from platforms.printing.signing import Signing

NAME = "守约 打印文件"


def create(settings: Settings, now: datetime) -> list[Path]:
    """Make our own certificate if there is none and the settings name none; return the files written."""
    signing = _files(settings)
    if settings.audit.pdf_certificate_file or signing.certificate_file.exists():
        return []
    signing.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate, key = self_signed(NAME, now)
    _write(signing.key_file, key)
    _write(signing.certificate_file, certificate)
    return [signing.key_file, signing.certificate_file]


def signing(settings: Settings, now: datetime) -> Signing:
    """Return what to sign with, made now if this installation has never printed anything."""
    create(settings, now)
    found = _files(settings)
    for file in (found.certificate_file, found.key_file):
        if not file.is_file():
            raise SettingsError(f"audit.pdf_certificate_file、audit.pdf_key_file：没有 {file}")
    return found


def _files(settings: Settings) -> Signing:
    audit, keys = settings.audit, settings.home / "keys"
    certificate = audit.pdf_certificate_file or keys / "pdf-signing.pem"
    key = audit.pdf_key_file or keys / "pdf-signing.key"
    return Signing(certificate, key, audit.pdf_timestamp_url or "")


def _write(file: Path, content: bytes) -> None:
    """Write a file for its owner alone; the key of a certificate that was never written is replaced."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
