"""What can go wrong on the wire; the type says what to do next.

PlatformError
├── Temporary      not processed for certain: try the same again, after `retry_after` seconds when it says so
├── Unknown        it may or may not have happened: find out before sending again
├── AlreadyDone    the platform has seen this idempotency key: the earlier try did succeed
├── Unreachable    this person cannot be reached on this channel now: fall back to the next one
├── Refused        the platform will never take this content: give up, or say it in another form
└── Misconfigured  a permission, secret, IP list or template is wrong: an administrator has to act
"""


class PlatformError(Exception):
    """A platform did not do what it was asked.

    `code` is the platform's own error code; `message` its text, already free of secrets.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class Temporary(PlatformError):
    """Try the same call again later; nothing was done."""

    def __init__(self, code: str, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class Unknown(PlatformError):
    """The call left us and no answer came back."""


class AlreadyDone(PlatformError):
    """The platform already carried out a call with this key."""


class Unreachable(PlatformError):
    """The person cannot be reached on this channel."""


class Refused(PlatformError):
    """The platform will not accept this content."""


class Misconfigured(PlatformError):
    """Settings on the platform's side or ours stop every call of this kind."""
