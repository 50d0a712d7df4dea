"""Keys for hashes, cookies and links, all derived from the operator's secret.

A secret never signs anything itself: each purpose gets its own key (HKDF-SHA256, RFC 5869). Several
secrets mean a rotation: the first one signs, all of them verify.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.errors import Problem, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHORTEST_SECRET = 16
_SALT = b"gateway keyring 1"


@dataclass(frozen=True, slots=True)
class Key:
    """One derived key and the id of the secret behind it, to be stored beside what it signed."""

    id: str
    value: bytes = field(repr=False)


class Keyring:
    """The secrets of an installation; the first is the current one."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a keyring needs a secret")
        self._roots = [hmac.digest(_SALT, secret.encode(), hashlib.sha256) for secret in secrets]
        self._ids = [_expand(root, "id")[:4].hex() for root in self._roots]

    @property
    def id(self) -> str:
        """Id of the current secret: eight hex digits that tell nothing of it."""
        return self._ids[0]

    def derive(self, purpose: str) -> bytes:
        """Return the 32 bytes that sign for this purpose."""
        return _expand(self._roots[0], f"key {purpose}")

    def derive_all(self, purpose: str) -> list[bytes]:
        """Return every key that may have signed for this purpose, the current one first."""
        return [key.value for key in self.keys(purpose)]

    def keys(self, purpose: str) -> list[Key]:
        """Return the same keys with their ids."""
        ids = zip(self._ids, self._roots, strict=True)
        return [Key(key_id, _expand(root, f"key {purpose}")) for key_id, root in ids]


def keep_secret(file: Path) -> list[str]:
    """Return the secrets of a file, one a line; when absent it is made once, readable by its owner only.

    Raises SettingsError when the file is empty, too open or cannot be made.
    """
    try:
        if not file.exists():
            _create(file)
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise SettingsError([Problem(file, "", "others may read this secret; run chmod 600 on it")])
        found = [line.strip() for line in file.read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not text"
        raise SettingsError([Problem(file, "", f"the secret cannot be kept here: {reason}")]) from None
    if not found or min(map(len, found)) < SHORTEST_SECRET:
        raise SettingsError([Problem(file, "", f"a secret needs at least {SHORTEST_SECRET} characters")])
    return found


def _create(file: Path) -> None:
    """Appear complete or not at all, and never replace what another process made meanwhile."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(32) + "\n")
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


def _expand(root: bytes, info: str) -> bytes:
    return hmac.digest(root, info.encode() + b"\x01", hashlib.sha256)
