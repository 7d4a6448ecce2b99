"""The ready-made rules, one document each (S49): beside this file, as data."""

from pathlib import Path

from models import Preset
from workflow.rules.loading import load, parsed

DOCUMENTS = {preset: parsed((Path(__file__).parent / f"{preset}.yaml").read_bytes()) for preset in Preset}
PRESETS = {preset: load(document) for preset, document in DOCUMENTS.items()}
