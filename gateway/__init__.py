"""Parley: a conversational SMS gateway."""

__version__ = "0.1.0"
