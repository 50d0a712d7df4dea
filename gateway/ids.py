"""Ids made by us before the row is written: UUID version 7 (RFC 9562), strictly rising in a process."""

from __future__ import annotations

import os
import threading
from uuid import UUID

from gateway.clock import epoch_ms


class IdSource:
    """Make UUIDv7 texts whose order is the order of making, even within one millisecond.

    The 12 bits after the version and the top bits of the random part count up when the
    millisecond did not change (RFC 9562, section 6.2, method 1).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def __call__(self) -> str:
        with self._lock:
            now_ms = epoch_ms()
            if now_ms > self._last_ms:
                self._last_ms = now_ms
                self._counter = int.from_bytes(os.urandom(3)) >> 2
            else:
                self._counter += 1
            stamp, counter = self._last_ms, self._counter
        value = (stamp & 0xFFFF_FFFF_FFFF) << 80
        value |= 0x7 << 76
        value |= ((counter >> 12) & 0xFFF) << 64
        value |= 0x2 << 62
        value |= (counter & 0xFFF) << 50
        value |= int.from_bytes(os.urandom(7)) & ((1 << 50) - 1)
        return str(UUID(int=value))


new_id = IdSource()
