"""Text that every database keeps."""

from __future__ import annotations

_NUL = "\0"
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """Return the text with NUL and lone surrogates replaced, which UTF-8 or PostgreSQL refuse."""
    if text.isascii():
        return text.replace(_NUL, _UNKNOWN)
    joined = text.replace(_NUL, _UNKNOWN).encode("utf-16-le", "surrogatepass")
    return joined.decode("utf-16-le", "replace")
