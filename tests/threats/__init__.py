"""The attacks of the threat model (docs/security.md), each against the running program."""
