"""One run of the suite under watch: what was learnt, what was searched, and what was found where it should not be."""

import gc
import json
from collections import Counter
from pathlib import Path
from typing import Any

from bot import logs
from models.vault import Vault
from tests.canary import artefacts, databases, learning
from tests.canary.allowed import reason_of
from tests.canary.learning import Learnt
from tests.canary.searching import Artefact, Finder, opened

FIXED = Vault({1: bytes(range(32))})  # of the fixture `installed_vault`


class Watch:
    """Listens from the first fixture of a test to its last, then searches."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "debug.log"
        self._stream = self._log.open("w+", encoding="utf-8")
        self._authors = artefacts.Authors()
        self._programs = artefacts.Programs()
        self._errors = artefacts.ErrorPages()
        self._learnt = Learnt()
        self._left: list[Artefact] = []
        self.files: Counter[str] = Counter()
        self.sought: Counter[str] = Counter()
        self.set_aside: Counter[str] = Counter()
        self.searched: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.allowed: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()
        learning.listen_to_rows(lambda: self._learnt)

    def settle(self) -> None:
        """Take what lives before the first test out of the search for secrets: there are none among modules."""
        gc.collect()
        gc.freeze()

    def begin(self) -> None:
        """Forget the last test, and log as the program does, at DEBUG, into our file."""
        self._learnt, self._left = Learnt(), []
        self._programs.drained()
        self._errors.drained()
        self._stream.seek(0)
        self._stream.truncate()
        logs.configure("debug", "json", self._stream)

    def look(self, given: dict[str, Any]) -> None:
        """Learn and collect while everything of the test is still there."""
        learning.learn_living(self._learnt)
        for name, value in given.items():
            if isinstance(value, str) and value.startswith(("postgres://", "postgresql://")):
                self._rows(databases.of_server(value), name, self._vaults(given.get("tmp_path")))
        self._folder(given.get("tmp_path"), "open ")

    def heard(self, found: Artefact) -> None:
        """Take what somebody else collected."""
        self._left.append(found)

    def end(self, test: str, given: dict[str, Any]) -> None:
        """Collect what is left when everything is closed, and search it all."""
        learning.learn_living(self._learnt)
        self._folder(given.get("tmp_path"), "")
        self._stream.flush()
        self._left += [*self._programs.drained(), *self._errors.drained()]
        self._left.append(Artefact("log", "log", self._log.read_bytes()))
        self.files[test.partition("::")[0]] += 1
        self.set_aside += self._learnt.left()
        sought = list(self._learnt.sought())
        self.sought += Counter(kind for kind, _ in sought)
        self.search(test)

    def search(self, test: str) -> None:
        """Look for the test's values in what was collected."""
        finder = Finder(self._learnt.sought())
        done: set[tuple[str, str, bytes]] = set()
        for each in (inner for outer in self._left for inner in opened(outer)):
            same = (each.kind, each.where.removeprefix("open "), each.content)
            if same not in done:
                done.add(same)
                self._search(finder, each, test)
        self._left = []

    def _search(self, finder: Finder, each: Artefact, test: str) -> None:
        self.searched[each.kind] += 1
        self.bytes[each.kind] += len(each.content)
        for hit in finder.hits(each):
            reason = reason_of(hit, test)
            if reason:
                self.allowed[f"{hit.value_kind} in {each.kind}: {reason}"] += 1
            else:
                self.hits[f"{hit.value_kind} {hit.value!r:.60} in {each.kind} {each.where}: {test}"] += 1

    def _vaults(self, folder: Path | None) -> list[Vault]:
        files = sorted(folder.rglob("*.key")) if folder else []
        homes = {file.parent for file in files}
        keys = [learning.learn_key_files(self._learnt, home.glob("*.key")) for home in sorted(homes)]
        return [FIXED, *(Vault(each) for each in keys if each)]

    def _folder(self, folder: Path | None, when: str) -> None:
        if folder is None:
            return
        vaults = self._vaults(folder)
        for each in artefacts.of_folder(folder, self._authors):
            self._left.append(Artefact(each.kind, when + each.where, each.content))
            if each.kind in ("database file", "backup"):
                self._rows(databases.of_file(folder / each.where), when + each.where, vaults)

    def _rows(self, rows: databases.Rows, where: str, vaults: list[Vault]) -> None:
        for vault in vaults:
            databases.learn(self._learnt, rows, vault)
        self._left += databases.in_the_clear(rows, where)

    def write(self, file: Path) -> None:
        """Write what came of it, counts only."""
        report: dict[str, Any] = {"ran": self.files.total()}
        for name in ("files", "sought", "set_aside", "searched", "bytes", "allowed", "hits"):
            report[name] = dict(sorted(getattr(self, name).items()))
        file.write_text(json.dumps(report, ensure_ascii=False), "utf-8")
