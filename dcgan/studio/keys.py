"""Control keys: who holds one steers what was started with it; only its digest is kept."""

from __future__ import annotations

import hashlib
import hmac


def digest(key: str) -> str:
    """Return what is kept of a control key."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_key(key: str, owner: str) -> bool:
    """Say whether `owner` is the digest of `key`."""
    return bool(key) and hmac.compare_digest(owner, digest(key))
