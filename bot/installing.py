"""What the settings say to everything below: keys, limits and periods, once for each process.

The program and every command that opens the store beside it call this, so that both decide by the same rules.
"""

from bot import keys, purging, settings_signatures
from bot.settings import Settings
from models import vault
from models.vault import Vault
from workflow import authorities, briefing, export_limits, limits, periods, privacy, relying, signing, stepup


def install(settings: Settings) -> None:
    """Install all of it; a key that cannot be read is an error (bot/keys.py)."""
    vault.install(Vault(keys.read(settings)))
    signing.install(keys.read_signing(settings))
    limits.install(limits.Limits(settings.privacy.reveals_a_day))
    periods.install(purging.periods_of(settings))
    stepup.install(settings.stepup)
    briefing.install(settings.brief.hours())
    relying.install(relying.site_of(settings.public_url))
    authorities.install(settings_signatures.authority_of(settings.signatures))
    export_limits.install(settings.exports.limits(settings.audit.export_alone))
    privacy.install(settings.privacy.rules(settings.retention.records_years))
