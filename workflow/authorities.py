"""The certification authority through which people sign, as far as deciding needs it; `build` installs it once."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Authority:
    """`name` is what people call it, `roots` the certificates (DER) that a signer's has to lead to.

    `accounts` says under which account it knows an employee (by Employee.key) where that is not the staff number
    itself; the account is the serialNumber in the subject of the person's certificate.
    """

    name: str
    roots: tuple[bytes, ...]
    accounts: Mapping[str, str] = field(default_factory=dict)

    def account_of(self, key: str) -> str:
        """Return the account of an employee."""
        return self.accounts.get(key, key)


_installed: list[Authority] = []


def install(authority: Authority | None) -> None:
    """Make this the process's authority; None takes it away."""
    _installed[:] = [authority] if authority else []


def authority() -> Authority | None:
    """Return the process's authority; None where no signing service is configured."""
    return _installed[0] if _installed else None
