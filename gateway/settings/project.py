"""What a `[projects.NAME]` table may say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gateway.domain.hours import ALWAYS, WeeklyHours, parse_hours
from gateway.settings.fields import Calendar, Country, Hours, QuietPurpose, Word, Zone

Locale = Literal["en", "fr"]
LOCALES: tuple[Locale, ...] = ("en", "fr")


class Table(BaseModel):
    """A table of the file: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Legal(Table):
    """The legal notice of the sender, for CONTACT and its page."""

    name: str = ""
    """Registered name of the company."""
    address: str = ""
    """Postal address, on one line."""
    registration: str = ""
    """Company number (NEQ, SIREN, RCS), where there is one."""
    phone: str = ""
    """Telephone of the company, as people should read it."""
    email: str = ""
    """E-mail address of the company."""


def _per_locale(value: object) -> object:
    return dict.fromkeys(LOCALES, value) if isinstance(value, list) else value


class OptOut(Table):
    """How far a STOP reaches, and what else means STOP."""

    scope: Literal["all", "marketing"] = "all"
    """What a STOP ends: everything, or marketing only."""
    words: Annotated[Mapping[Locale, tuple[str, ...]], BeforeValidator(_per_locale)] = {}
    """Further words that mean STOP: a list, or a list for each locale."""


class Keyword(Table):
    """What a word of the operator starts: a flow, or one reply."""

    flow: str | None = None
    """Name of the flow, as in flows/NAME.py."""
    reply: str | None = None
    """Name of a template, as in templates/sms/NAME.LOCALE.txt."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"flow": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.flow is None) == (self.reply is None):
            raise ValueError('write WORD = "flow" or WORD = { reply = "template" }')
        return self


class Frequency(Table):
    """The most marketing texts that one contact gets."""

    marketing_per_day: int | None = Field(default=None, ge=0)
    """In 24 hours; unset means no limit."""
    marketing_per_week: int | None = Field(default=None, ge=0)
    """In 7 days; unset means no limit."""


class Project(Table):
    """A contact database with its brand, key, senders and rules."""

    name: str = ""
    """The brand, as contacts read it; default: the table's name."""
    key: Literal["phone", "email"] = "phone"
    """What makes a contact unique."""
    locale: Locale = "en"
    """Language of a contact of whom nothing is known."""
    locales: tuple[Locale, ...] = ()
    """Languages that the project answers in; default: its locale only."""
    timezone: Zone = ""
    """Zone of the customer service, and of contacts whose own is unknown; default: the country's."""
    country: Country = "CA"
    """Country of numbers written without one."""
    countries: tuple[Country, ...] = ()
    """Countries that may be texted; default: the country."""
    default_sender: str | None = None
    """Number that starts a conversation; default: the first sender of the project."""
    help_phone: str = ""
    """Telephone of the customer service, as HELP tells it."""
    hours: Hours = ()
    """When people answer, such as "mon-fri 09:00-17:00"; empty means always."""
    holidays: Calendar | None = None
    """Public holidays on which nobody answers, such as "CA-QC" or "FR"."""
    monthly_messages: int = Field(default=10, ge=1)
    """The most texts a month that HELP and START announce."""
    max_segments: int = Field(default=10, ge=1, le=255)
    """The longest text that may go out, in segments (255 is the most that TS 23.040 can number)."""
    legal: Legal = Legal()
    """The legal notice of the sender."""
    optout: OptOut = OptOut()
    """What STOP ends and what means STOP."""
    keywords: Mapping[Word, Keyword] = {}
    """The operator's own words; reserved words need none."""
    quiet_hours: Mapping[QuietPurpose, Hours] = {}
    """When texts of a purpose may go out, instead of the country's rule."""
    frequency: Frequency = Frequency()
    """How often marketing may text one contact."""

    def opening(self) -> WeeklyHours:
        """Return when people answer, in the project's zone."""
        hours = parse_hours(self.hours, calendar=self.holidays) if self.hours else ALWAYS
        return replace(hours, closed_on_holidays=True, calendar=self.holidays) if self.holidays else hours
