"""What the control API answers when a person or a check asks for something that is not there."""


class SandboxError(Exception):
    """Refuse a control call: `status` is the HTTP status, `error` says what is wrong, `hint` what would work."""

    def __init__(self, status: int, error: str, hint: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.hint = hint
