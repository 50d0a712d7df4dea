"""One server per SQLite file: the operating system's lock on a file beside it.

It falls with the process, however that ends. A second writer would gain nothing and wreck latency, and
leases are seized at start on the strength of it.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from gateway.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


class LockFile:
    """The sign beside a database file that a server is at work on it; it falls with the process."""

    def __init__(self, database: Path) -> None:
        self._descriptor = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StorageError(
                f"{database} is in use by another gateway (process {holder or 'unknown'}); "
                "stop that one first, or use PostgreSQL for several"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes lock two files."""
        os.close(self._descriptor)
