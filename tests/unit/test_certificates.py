"""With what prints are signed: our own certificate, made once, or the one that the settings name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import certificates
from bot.settings import Settings, SettingsError
from bot.settings_audit import Audit

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_our_own_certificate_is_made_once_for_its_owner_alone_and_kept(home: Path) -> None:
    settings = Settings(home=home)
    made = certificates.create(settings, NOW)
    assert [oct(file.stat().st_mode & 0o777) for file in made] == ["0o600", "0o600"]
    before = certificates.signing(settings, NOW).fingerprint()
    assert certificates.create(settings, NOW) == []
    assert certificates.signing(settings, NOW).fingerprint() == before
    assert len(before) == 64


def test_a_certificate_in_the_settings_is_used_and_none_is_made(home: Path, tmp_path: Path) -> None:
    named = Audit(pdf_certificate_file=tmp_path / "ca.pem", pdf_key_file=tmp_path / "ca.key")
    settings = Settings(home=home, audit=named)
    assert certificates.create(settings, NOW) == []
    with pytest.raises(SettingsError, match=r"ca\.pem"):
        certificates.signing(settings, NOW)
    for file in (tmp_path / "ca.pem", tmp_path / "ca.key"):
        file.write_text("PEM")
    assert certificates.signing(settings, NOW).certificate_file == tmp_path / "ca.pem"
    assert not (home / "keys").exists()


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="要一起写"):
        Audit(pdf_certificate_file=tmp_path / "ca.pem")
