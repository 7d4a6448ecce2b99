"""Where a value may lie, and why: everything else is a leak."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.canary.searching import Hit


@dataclass(frozen=True)
class Allowed:
    """One kind of artefact that is entitled to some kinds of values; each part is a pattern as in file names."""

    values: tuple[str, ...]
    artefact: str
    where: str
    reason: str
    test: str = "*"

    def covers(self, hit: Hit, test: str) -> bool:
        """Tell whether this is why a value may lie there."""
        asked = ((hit.artefact.kind, self.artefact), (hit.artefact.where, self.where), (test, self.test))
        return all(fnmatchcase(*each) for each in asked) and any(fnmatchcase(hit.value_kind, v) for v in self.values)


DIGESTS = ("column in the clear", "database file", "write-ahead log", "backup")
WORDS = (
    "cancellation_request.reason_text",
    "step.comment",
    "request_comment.words",
    "card.state",
    "inbound_message.content",
)
OWN = ("candidate.name", "candidate.phone", "candidate.email", "account.address")
TAKEN_BY_HR = (
    ("tests/threats/test_t17_hostile_file_names.py::test_hostile_names_of_evidence_*", "out/pack.zip"),
    ("tests/database/test_exporting.py::test_hr_takes_home_a_pack_*", "out"),
    ("tests/database/test_exporting.py::test_a_changed_record_or_opening_*", "out"),
    ("tests/database/test_exporting.py::test_a_pack_has_a_statement_of_each_decision_*", "out"),
    ("tests/database/test_exporting.py::test_a_chat_and_the_command_line_say_*", "out"),
    ("tests/database/test_exporting.py::test_a_signed_print_holds_the_whole_*", "out"),
    ("tests/database/test_exporting.py::test_the_print_names_each_confirmation_*", "out"),
    ("tests/scenarios/test_canary_candidate.py::test_what_an_auditor_or_the_operator_*", "liuyang-case.zip"),
    ("tests/threats/test_t24_bulk_exports.py::test_the_last_case_of_the_day_*", "second.zip"),
)
"""The tests in which the candidate's own HR exports the case, and the file."""
ALLOWED = (
    *(
        Allowed(
            ("digest of evidence",),
            kind,
            "* evidence.digest" if kind == "column in the clear" else "*",
            "the same bytes twice are one piece: the database compares digests, and a purge takes the row away",
        )
        for kind in DIGESTS
    ),
    Allowed(
        ("bytes of evidence",),
        "member of a pack",
        "*/evidence/*",
        "a case pack has the evidence for a reader with the right to it (workflow/openings.py); the export is recorded",
    ),
    *(
        Allowed(("employee.name",), kind, where, "who did what, and who took it out, is what a print is for")
        for kind, where in (
            ("member of a pack", "*/说明.txt"),
            ("member of a pack", "*/元数据.xml"),  # who acted, as the metadata of an electronic record has it
            ("text of a PDF", "*"),  # the only PDFs the program makes are prints of a case or of a log
            ("member of a workbook", "*/xl/worksheets/sheet1.xml"),
        )
    ),
    *(
        Allowed(
            ("digest of evidence",),
            "member of a pack",
            f"{package}.zip/{file}",
            "an archived case has the evidence itself, and lists the digest of each of its files",
        )
        for file in ("清单.sha256", "四性检测.xml", "evidence/*.隔离.txt")
        for package in ("*archive/*", "*package")
    ),
    Allowed(
        ("digest of evidence",),
        "member of a pack",
        "*/statements/*.shown.json",
        "what a decider was shown names the evidence by its digest (docs/audit/statements.md)",
    ),
    Allowed(
        WORDS,
        "member of a pack",
        "*.zip/元数据.xml",
        "the metadata of an electronic record say why, and what was remarked, masked as the print beside them",
    ),
    Allowed(
        ("directory_entry.address",),
        "column in the clear",
        "* employee.key",
        "who is in the directory is known by the userid that they have there",
    ),
    Allowed(
        ("digest of evidence",),
        "pack",
        "open archive/*.zip",
        "what is kept out of a package stands in it uncompressed, by its digest",
        "tests/database/test_archive_gaps.py::test_what_acts_by_itself_is_kept_out_*",
    ),
    *(
        Allowed(
            ("employee.name",),
            "output of a program",
            f"*-m bot {command} *stdout",
            "the operator's own terminal says whom they entered, and whose rights they asked for",
        )
        for command in ("setup", "rights")
    ),
    *(
        Allowed(
            (*OWN, *WORDS),
            kind,
            f"open archive/*-{number}.zip/{file}",
            "archive.full_names is set there, and the package says of itself that it names the candidate",
            test,
        )
        for number, test in (
            (2, "tests/database/test_archiving.py::test_the_name_and_what_would_open_it_stay_here_unless_*"),
            (1, "tests/database/test_archive_words.py::test_reason_and_remarks_stand_in_the_metadata_*"),
        )
        for kind, file in (
            ("member of a pack", "openings.jsonl"),
            ("member of a pack", "元数据.xml"),
            ("member of a pack", "说明.txt"),
            ("text of a PDF", "timeline.pdf as text"),
        )
    ),
    Allowed(
        ("token of a link", "seal of a form"),
        "error page",
        "403",
        "the page that refuses a form has the form again, and the address it was sent to: its reader has both open",
    ),
    Allowed(
        OWN,
        "output of a program",
        "program stdout",
        "the process that opens a mail hands its text back through a pipe; 张伟 wrote this one",
        "tests/scenarios/test_seeing_evidence.py::test_a_mail_is_text_*",
    ),
    Allowed(
        (*WORDS, *OWN, "approval_statement.shown", "employee.name"),
        "member of a pack",
        "open liuyang-case.zip/statements/*.shown.json",
        "刘洋 is the candidate's HR: what the decider was shown is opened to them; others' packs have digests of it",
        "tests/scenarios/test_canary_candidate.py::test_what_an_auditor_or_the_operator_*",
    ),
    Allowed(
        WORDS, "text of a PDF", "*", "a decision is read with its reason; the candidate's own data in it is masked"
    ),
    *(
        Allowed(
            (*WORDS, *OWN),
            kind,
            f"open {file}",
            "刘洋 is the candidate's HR and reads names and words; who may not gets no opening and a masked print",
            test,
        )
        for test, pack in TAKEN_BY_HR
        for kind, file in (
            ("member of a pack", f"{pack}/openings.jsonl"),
            ("text of a PDF", f"{pack}/timeline.pdf as text"),
            ("text of a PDF", f"{pack.removesuffix('.zip')}*as text"),
        )
    ),
)


def reason_of(hit: Hit, test: str) -> str:
    """Return why a value may lie where it was found, or nothing."""
    return next((each.reason for each in ALLOWED if each.covers(hit, test)), "")
