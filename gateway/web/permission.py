"""Who may call what. Every route names one of these."""

from enum import StrEnum


class May(StrEnum):
    """What a caller must be."""

    ANYONE = "anyone"
    """Whoever knows the URL: contacts, load balancers, people not signed in yet."""
    PROVIDER = "provider"
    """A telecom API; the handler checks its signature."""
    OPERATIONS = "operations"
    """This machine, or who has the metrics token; the handler checks."""
    CONSOLE = "console"
    """A person who is signed in."""
