"""What the file may say outside its projects: the server, its database, senders, pace."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from gateway.domain.message import Purpose
from gateway.domain.retry import DEADLINE, RetryPolicy
from gateway.domain.sender import OptOutHandler, SenderKind
from gateway.keys import SHORTEST_SECRET
from gateway.settings.fields import Country, Currency, Duration
from gateway.settings.project import Table


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("should be a web address such as https://sms.example.org")
    return value.rstrip("/")


class Server(Table):
    """Where the gateway listens."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 means every interface."""
    port: int = Field(default=8080, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    public_url: Annotated[str, AfterValidator(_web_address)]
    """The address that providers and contacts use; signatures are checked against it."""
    shutdown_grace: Duration = timedelta(seconds=10)
    """How long a stop waits for open calls."""
    metrics_token: SecretStr | None = None
    """Bearer token that opens /metrics to others than this machine."""
    max_body: int = Field(default=65536, ge=1024)
    """Largest webhook, in bytes."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _long_enough(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in secrets):
        raise ValueError(f"a secret needs at least {SHORTEST_SECRET} characters")
    return secrets


class Security(Table):
    """What hashes, cookies and links are derived from."""

    secret: Annotated[tuple[SecretStr, ...], BeforeValidator(_as_list), AfterValidator(_long_enough)] = ()
    """One secret, or several during a rotation: the first signs, all verify."""


def _database_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError("should begin with sqlite:/// or postgresql://")
    return value


class Database(Table):
    """Where everything is kept."""

    url: Annotated[SecretStr, AfterValidator(_database_url)] = SecretStr("sqlite:///var/gateway.db")
    """sqlite:///FILE (relative to this file), sqlite:////FILE (absolute) or postgresql://…"""
    migrate: bool | None = None
    """Migrate at start; unset means yes for SQLite, no for PostgreSQL."""

    @property
    def is_sqlite(self) -> bool:
        """Everything is in one file, and one process writes it."""
        return self.url.get_secret_value().startswith("sqlite:")

    @property
    def migrates(self) -> bool:
        """`gateway run` brings the schema up to date by itself."""
        return self.is_sqlite if self.migrate is None else self.migrate


class SenderTable(Table):
    """One of our numbers."""

    project: str | None = None
    """Project that the number belongs to."""
    projects: tuple[str, ...] = ()
    """Instead of project: the projects that share a short code."""
    provider: str
    """Name of the provider table that the number is rented from."""
    kind: SenderKind | None = None
    """long_code, toll_free, short_code or alphanumeric; default: told by the number."""
    country: Country | None = None
    """Country of the number; default: told by the number, else the project's."""
    rate: float | None = Field(default=None, gt=0)
    """Segments a second; default: the usual rate of its kind."""
    voice: bool | None = None
    """People can call the number; default: usual for its kind."""
    shared: bool | None = None
    """Other companies send from this short code too; default: usual for its kind."""
    two_way: bool | None = None
    """Contacts can answer; default: usual for its kind."""
    optout_handled_by: OptOutHandler | None = None
    """Who confirms a STOP; default: usual for its kind."""
    price: Decimal | None = Field(default=None, ge=0)
    """Price of one segment."""
    currency: Currency | None = None
    """ISO 4217 code of the price; default: the country's."""

    @model_validator(mode="after")
    def _project_or_projects(self) -> Self:
        if (self.project is None) == (not self.projects):
            raise ValueError("needs either project or projects")
        return self

    @property
    def project_names(self) -> tuple[str, ...]:
        """Every project that sends from this number."""
        return self.projects or ((self.project,) if self.project else ())


class Effort(Table):
    """How long the texts of one purpose are tried."""

    attempts: int = Field(default=10, ge=1)
    """The most calls for one text, as long as it surely was not sent."""
    first: Duration = timedelta(seconds=2)
    """Pause before the second call; each later pause doubles."""
    longest: Duration = timedelta(minutes=5)
    """The longest such pause."""
    expires_after: Duration | None = None
    """Age at which a text is no longer worth sending; default: usual for the purpose."""


class Lanes(Table):
    """How texts are handed to providers."""

    settle_after: Duration = timedelta(seconds=10)
    """How long an unknown outcome may settle by itself before the second look."""
    alert: Effort = Effort()
    """Effort for urgent texts."""
    reply: Effort = Effort()
    """Effort for answers."""
    transactional: Effort = Effort()
    """Effort for notifications."""
    reminder: Effort = Effort()
    """Effort for reminders."""
    marketing: Effort = Effort()
    """Effort for campaigns."""

    def retry(self, purpose: Purpose) -> RetryPolicy:
        """Return when a text of this purpose is tried again."""
        effort = self._effort(purpose)
        return RetryPolicy(effort.first.total_seconds(), effort.longest.total_seconds(), effort.attempts)

    def expiry(self, purpose: Purpose) -> timedelta:
        """Return how long a text of this purpose is worth sending when nobody says otherwise."""
        return self._effort(purpose).expires_after or DEADLINE[purpose]

    def _effort(self, purpose: Purpose) -> Effort:
        effort: Effort = getattr(self, purpose.value)
        return effort


class Intake(Table):
    """How many webhooks may wait at once."""

    capacity: int = Field(default=5000, ge=1)
    """Webhooks that wait for their commit; more are held."""
    hold: Duration | None = None
    """How long a webhook is held when full; default: what its provider bears."""


class Content(Table):
    """Where the operator's folders are."""

    flows: Path = Path("flows")
    """Folder of flows, relative to this file; what it lacks comes from the shipped ones."""
    templates: Path = Path("templates")
    """Folder of templates, relative to this file; what it lacks comes from the shipped ones."""
