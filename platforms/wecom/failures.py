"""WeCom's error numbers, and what each means for the caller. Numbers and pages: developer.work.weixin.qq.com 90313."""

import re

from platforms.errors import AlreadyDone, Misconfigured, PlatformError, Refused, Temporary, Unreachable

TOKEN_REFUSED = frozenset({40001, 40014, 42001})
KF_TOKEN_REFUSED = 95007

# Limits count per minute, hour or day; the shortest is assumed and the next refusal waits again.
PAUSES = {-1: 5.0, 45009: 60.0, 45033: 5.0}

ALREADY_DONE = frozenset({95033})

UNREACHABLE = frozenset(
    {
        *(40003, 46004, 60011, 60111, 81013, 82102, 40096),  # nobody we may write to
        *(95001, 95002, 95013, 95016, 95018, 95031),  # customer service: five messages, 48 hours, someone else serves
        *(41050, 41051, 41096),  # a code of an event that is used up or too old
    }
)

MISCONFIGURED = frozenset(
    {
        *(40001, 40013, 41001, 41002, 41004, 40056, 301002, 50003),  # corp, app, secret
        *(43012, 48002, 48007, 48010, 60020, 60030),  # no callback address, permission, TLS version, IP list, range
        *(95000, 95003, 95004, 95011, 95012, 95014, 95017, 95019, 95026, 95027, 60251, 60252, 60253),  # KF accounts
    }
)

CODE_SPENT = frozenset({60140, 42022})

# "…, hint: [1576065934_28_e0fae0], from ip: 9.30.0.138, more info at https://…" differs on every call.
TRAILER = re.compile(r",?\s{0,4}(hint: \[|from ip:|more info at).*", re.DOTALL)


def failure(errcode: int, errmsg: str) -> PlatformError:
    """Return the error that says what to do about a refused call.

    A number nobody knows is a refusal: the platform did answer, and did not do it.
    """
    code, message = str(errcode), TRAILER.sub("", errmsg)[:200]
    if errcode in PAUSES:
        return Temporary(code, message, retry_after=PAUSES[errcode])
    if errcode in CODE_SPENT:
        return Refused("code-spent", f"{code} {message}")
    if errcode == KF_TOKEN_REFUSED:
        return Temporary(code, message)
    for numbers, kind in ((ALREADY_DONE, AlreadyDone), (UNREACHABLE, Unreachable), (MISCONFIGURED, Misconfigured)):
        if errcode in numbers:
            return kind(code, message)
    return Refused(code, message)
