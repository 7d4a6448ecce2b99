"""What the workflow refuses, and why. A refusal changes nothing; the attempt is recorded.

Refusal
├── NotFound           nothing of this kind that this person may see
├── NotAllowed         the person has no right to do this
├── NotYours           this step is decided by somebody else
├── AlreadyDecided     somebody decided before, perhaps oneself
├── Stale              what was shown has changed since
├── NotNow             the state does not allow this move
├── Missing            a reason, evidence or an approver is missing
├── ProofNeeded        the action wants a second proof first
├── PasskeyNeeded      the decision has to be confirmed with the person's passkey
├── SignatureNeeded    the decision has to be signed through a certification authority
└── Invalid            the value is of the wrong kind
"""

from datetime import datetime


class Refusal(Exception):
    """Something is not done. `code` is stable; `facts` fill the sentence that the person reads."""

    code = "refused"

    def __init__(self, code: str = "", **facts: object) -> None:
        self.code = code or type(self).code
        self.facts = facts
        super().__init__(self.code)


class NotFound(Refusal):
    """Nothing of this kind exists for this person; a foreign one gets the same answer as an absent one."""

    code = "not-found"


class NotAllowed(Refusal):
    """The person lacks the right."""

    code = "not-allowed"


class NotYours(Refusal):
    """The step belongs to `approver`."""

    code = "not-yours"


class AlreadyDecided(Refusal):
    """The matter was settled at `at`; `by` and `what` say by whom and how."""

    code = "already-decided"

    def __init__(self, what: str, by: str = "", at: datetime | None = None) -> None:
        super().__init__(what=what, by=by, at=at)


class Stale(Refusal):
    """What was shown is no longer so; `changes` says what is different, `step` is what has to be shown again."""

    code = "stale"


class NotNow(Refusal):
    """`state` does not allow the move."""

    code = "not-now"


class Missing(Refusal):
    """`what` is missing: reason, reason-text, reject-reason, still-needed, evidence, approver."""

    code = "missing"


class ProofNeeded(Refusal):
    """The action `kind` on the matter `subject` wants a second proof; `what` says it in words."""

    code = "proof-needed"


class PasskeyNeeded(Refusal):
    """The decision `number` waits for the person's passkey; `text` is the statement that it would be."""

    code = "passkey-needed"

    def __init__(self, number: str, text: str) -> None:
        self.text = text
        super().__init__(number=number)


class SignatureNeeded(Refusal):
    """The decision `number` waits for the person's signature through an authority.

    `text` is the statement that it would be; empty where the signer's certificate is not known yet.
    """

    code = "signature-needed"

    def __init__(self, number: str, text: str = "") -> None:
        self.text = text
        super().__init__(number=number)


class Invalid(Refusal):
    """`what` has a value that does not exist."""

    code = "invalid"
