"""The settings as the rest of the gateway sees them: complete, right and unchangeable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from gateway.keys import Keyring, keep_secret
from gateway.settings.tables import Content, Database, Intake, Lanes, Security, Server

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.domain.message import Number
    from gateway.domain.sender import Sender
    from gateway.providers.base import ProviderSettings
    from gateway.settings.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that `config.toml` and the environment say; every default is filled in."""

    file: Path
    server: Server
    security: Security = field(default_factory=Security)
    database: Database = field(default_factory=Database)
    providers: Mapping[str, ProviderSettings] = field(default_factory=dict)
    senders: Mapping[Number, Sender] = field(default_factory=dict)
    projects: Mapping[str, Project] = field(default_factory=dict)
    lanes: Lanes = field(default_factory=Lanes)
    intake: Intake = field(default_factory=Intake)
    content: Content = field(default_factory=Content)
    warnings: tuple[str, ...] = ()
    """What is unusual but does not stop the start."""

    @property
    def root(self) -> Path:
        """The folder that relative paths start from."""
        return self.file.absolute().parent

    @property
    def flows_folder(self) -> Path:
        return self.root / self.content.flows

    @property
    def templates_folder(self) -> Path:
        return self.root / self.content.templates

    @property
    def database_url(self) -> str:
        """The URL with its password; never to be shown."""
        return self.database.url.get_secret_value()

    def senders_of(self, project: str) -> list[Sender]:
        """Return the senders of a project, in the order of the file."""
        return [sender for sender in self.senders.values() if project in sender.projects]

    def keyring(self) -> Keyring:
        """Return the keys of this installation; SQLite makes an absent secret once, beside the database.

        Raises SettingsError when that file cannot be used.
        """
        given = [secret.get_secret_value() for secret in self.security.secret]
        return Keyring(given or keep_secret(self._secret_file()))

    def _secret_file(self) -> Path:
        database = self.root / self.database_url.removeprefix("sqlite:///")
        return database.with_suffix(".secret")

    def secret_values(self) -> Iterator[str]:
        """Yield everything that must never be shown, for `gateway.redaction.register_secret`."""
        if password := urlsplit(self.database_url).password:
            yield password
        tables: list[BaseModel] = [self.server, self.security, *self.providers.values()]
        for table in tables:
            for name in type(table).model_fields:
                yield from _secrets_in(getattr(table, name))


def _secrets_in(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _secrets_in(item)
    elif isinstance(value, Mapping):
        yield from _secrets_in(tuple(value.values()))
