"""Message texts: `templates/sms/<name>.<locale>.txt`, one reply in one language each.

Finds a text, renders it with the values of one message, and checks texts before anybody is written to. What a
template may hold is said in `sandbox`, how values are shown in `filters`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, get_args

from jinja2 import TemplateSyntaxError

from gateway.content import sandbox
from gateway.domain.flow import Locale
from gateway.domain.segments import measure
from gateway.domain.simplify import replacement_of
from gateway.errors import Problem, TemplateError

LOCALES: Final[tuple[Locale, ...]] = get_args(Locale)
OUTPUT_LIMIT: Final = 2_000
"""Characters of one rendered text; more than ten segments are refused anyway."""

_NAME: Final = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
_NEWLINE: Final = re.compile(r"\r\n?")
_SPACE: Final = re.compile(r"[^\S\n]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to send, and the language and template that it really came from."""

    text: str
    locale: Locale
    template: str


@dataclass(frozen=True, slots=True)
class _Source:
    file: Path
    text: str


class Texts:
    """The texts of an operator over the shipped ones. Files are read once; a new text needs a restart."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Take `templates` folders in order of preference; the texts are in `sms/` below each."""
        self._folders = tuple(folder / "sms" for folder in folders)
        self._sources: dict[tuple[str, Locale], _Source | None] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every template that exists in at least one language, such as `stop/confirmed`."""
        return tuple(sorted({name for folder in self._folders for name in _names_in(folder)}))

    def render(
        self,
        template: str,
        locale: Locale,
        variables: Mapping[str, object],
        *,
        fallback: Locale | None = None,
    ) -> Rendered:
        """Render in `locale`, or in `fallback` where no such translation exists. Raises TemplateError."""
        for wanted in (locale, fallback):
            if wanted and (source := self._find(template, wanted)):
                text = self.render_source(source.text, wanted, variables, name=source.file)
                return Rendered(text, wanted, template)
        raise TemplateError(self._missing(template, locale))

    def render_source(
        self, source: str, locale: Locale, variables: Mapping[str, object], *, name: Path | str = "text"
    ) -> str:
        """Render a template that is not a file; `name` tells people where it is. Raises TemplateError."""
        pieces: list[str] = []
        size = 0
        try:
            for piece in sandbox.compiled(source, locale).generate(variables):
                pieces.append(piece)
                size += len(piece)
                if size > OUTPUT_LIMIT:
                    raise TemplateError(Problem(name, "", f"gives more than {OUTPUT_LIMIT} characters"))
        except TemplateSyntaxError as error:
            raise TemplateError(_syntax(name, error)) from error
        except TemplateError:
            raise
        except Exception as error:  # a value is missing, or is not what a filter can show
            raise TemplateError(_unfit(source, locale, variables, name, error)) from error
        return _fold("".join(pieces))

    def variables_of(self, template: str) -> frozenset[str]:
        """Return the names of the values that a template asks for, in any language. Raises TemplateError."""
        sources = [(source, locale) for locale in LOCALES if (source := self._find(template, locale))]
        if not sources:
            raise TemplateError(self._missing(template, LOCALES[0]))
        found: set[str] = set()
        for source, locale in sources:
            try:
                found |= sandbox.variables_in(source.text, locale)
            except TemplateSyntaxError as error:
                raise TemplateError(
                    Problem(source.file, f"line {error.lineno}", error.message or "")
                ) from error
        return frozenset(found)

    def check(
        self,
        names: Iterable[str],
        sample_variables: Mapping[str, object],
        *,
        locales: Sequence[Locale] = LOCALES,
    ) -> list[Problem]:
        """Say what is wrong with these templates in a project of these languages, given typical values."""
        return [
            problem
            for name in names
            for locale in locales
            for problem in self._check(name, locale, sample_variables)
        ]

    def _check(self, name: str, locale: Locale, variables: Mapping[str, object]) -> Iterator[Problem]:
        source = self._find(name, locale)
        if source is None:
            yield self._missing(name, locale)
            return
        try:
            text = self.render_source(source.text, locale, variables, name=source.file)
        except TemplateError as error:
            yield error.problem
            return
        # An untaken branch is not rendered, but what it needs and says is known.
        for variable in sorted(sandbox.variables_in(source.text, locale) - variables.keys()):
            yield _needs(source.file, variable, variables)
        measured = measure(text)
        if measured.segments > 1:
            reason = f"takes {measured.segments} segments ({measured.units} units, {measured.encoding})"
            yield Problem(source.file, "", reason)
        for character in measure(sandbox.plain_text_in(source.text, locale) + text).culprits:
            plain = replacement_of(character)
            reason = f"{character!r} (U+{ord(character):04X}) is outside GSM-7 and makes the text cost more"
            yield Problem(source.file, "", reason, plain.text if plain else None)

    def _find(self, template: str, locale: Locale) -> _Source | None:
        key = (template, locale)
        if key not in self._sources:
            self._sources[key] = self._read(template, locale)
        return self._sources[key]

    def _read(self, template: str, locale: Locale) -> _Source | None:
        if not _NAME.fullmatch(template):
            return None
        for folder in self._folders:
            file = folder / f"{template}.{locale}.txt"
            if file.is_file():
                try:
                    return _Source(file, file.read_text("utf-8-sig"))
                except (OSError, ValueError) as error:
                    raise TemplateError(Problem(file, "", f"cannot be read: {error}")) from error
        return None

    def _missing(self, template: str, locale: Locale) -> Problem:
        file = f"{template}.{locale}.txt"
        if template in self.names:
            return Problem(file, "", f"there is no translation of this text into {locale!r}")
        near = get_close_matches(template, self.names, n=1)
        return Problem(file, "", "there is no such text", near[0] if near else None)


def _names_in(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.txt"):
        name, _, locale = file.relative_to(folder).as_posix().removesuffix(".txt").rpartition(".")
        if name and locale in LOCALES:
            yield name


def _syntax(file: Path | str, error: TemplateSyntaxError) -> Problem:
    return Problem(file, f"line {error.lineno}", error.message or "is not a template")


def _unfit(
    source: str, locale: Locale, variables: Mapping[str, object], name: Path | str, error: Exception
) -> Problem:
    missing = sorted(sandbox.variables_in(source, locale) - variables.keys())
    named = [variable for variable in missing if f"'{variable}'" in str(error)] or missing
    return _needs(name, named[0], variables) if named else Problem(name, "", f"cannot be rendered: {error}")


def _needs(file: Path | str, variable: str, variables: Mapping[str, object]) -> Problem:
    near = get_close_matches(variable, variables, n=1)
    return Problem(file, variable, "the text needs this value, which is not given", near[0] if near else None)


def _fold(text: str) -> str:
    """Drop the newlines at the end, and make every space a plain one: U+00A0 alone would force UCS-2."""
    return _SPACE.sub(" ", _NEWLINE.sub("\n", text)).rstrip("\n")
