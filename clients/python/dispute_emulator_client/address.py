"""Where an emulator is: its address, its key, and whether a proxy stands in between."""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

DEFAULT_URL = "http://127.0.0.1:8080"


def base_url_of(given: str | None) -> str:
    """The address as given, or else $EMULATOR_URL, or the emulator's own default. Raises ValueError where it is none."""
    url = given or os.environ.get("EMULATOR_URL") or DEFAULT_URL
    wrong = ValueError(f"{url!r} is not the address of a server, such as {DEFAULT_URL}.")
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong from None
    if not known or parts.query or parts.fragment:
        raise wrong
    return url.rstrip("/")


def key_of(given: str | None) -> str | None:
    """The key of the control plane as given, or else $EMULATOR_KEY; an empty text is none."""
    return (os.environ.get("EMULATOR_KEY") if given is None else given) or None


def proxy_to(base_url: str) -> str | None:
    """The proxy that the environment names for an address. This machine itself is never asked through one."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return None if not proxy else proxy if "://" in proxy else f"http://{proxy}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
