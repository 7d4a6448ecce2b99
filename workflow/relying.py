"""The site to which passkeys belong: its name (WebAuthn's RP ID) and its origin; `build` installs it once.

A browser gives a passkey to an https site with a name, and to localhost; to no bare address (WebAuthn §5.1.2, §7).
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

LOCAL = "localhost"


@dataclass(frozen=True)
class Site:
    """`host` is the RP ID, `origin` what a browser says it is on, `base` what links to our pages begin with."""

    host: str
    origin: str
    base: str


def site_of(public_url: str) -> Site | None:
    """Return the site that people reach at an address; None where no browser would give it a passkey.

    This machine's own address is written as localhost, the one name under which it may have passkeys.
    """
    parts = urlsplit(public_url)
    host = _name(parts.hostname or "")
    if not host or (parts.scheme != "https" and host != LOCAL):
        return None
    port = f":{parts.port}" if parts.port else ""
    origin = f"{parts.scheme}://{host}{port}"
    return Site(host, origin, origin + parts.path.rstrip("/"))


def _name(host: str) -> str:
    try:
        return LOCAL if ipaddress.ip_address(host).is_loopback else ""
    except ValueError:
        return host


_installed: list[Site] = []


def install(site: Site | None) -> None:
    """Make this the process's site; None takes it away."""
    _installed[:] = [site] if site else []


def site() -> Site | None:
    """Return the process's site, if passkeys can be had on it."""
    return _installed[0] if _installed else None
