"""Turns what pydantic finds wrong in a table into problems that an operator can act on."""

from __future__ import annotations

import re
import types
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from gateway.settings.sources import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.settings.sources import Place, Source

_Model = TypeVar("_Model", bound=BaseModel)


def read_table(model: type[_Model], source: Source, place: Place, values: object) -> _Model | None:
    """Return the table at this place, or None after reporting everything wrong in it."""
    if not isinstance(values, dict):
        source.report(place, "should be a table")
        return None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            _complain(source, place, model, found)
        return None


def _complain(source: Source, place: Place, model: type[BaseModel], found: Mapping[str, Any]) -> None:
    inner = tuple(str(part) for part in found["loc"] if part != "[key]")
    whole = (*place, *inner)
    if any(whole[: len(broken)] == broken for broken in source.broken):
        return
    kind = found["type"]
    if kind == "missing":
        source.report(whole, "is required")
    elif kind == "extra_forbidden":
        source.report(whole, "unknown key", nearest(inner[-1], _names_in(model, inner[:-1])))
    elif kind in {"literal_error", "enum"}:
        choices = re.findall(r"'([^']*)'", str(found["ctx"]["expected"]))
        source.report(whole, f"should be {found['ctx']['expected']}", nearest(found["input"], choices))
    else:
        source.report(whole, _plain(found["msg"]), found.get("ctx", {}).get("suggestion"))


def _plain(message: str) -> str:
    for start in ("Input ", "Value error, ", "Assertion failed, "):
        message = message.removeprefix(start)
    return message


def _names_in(model: type[BaseModel], inner: Place) -> Iterable[str]:
    """Return the keys that the table at this place inside the model may have."""
    reached: Any = model
    for part in inner:
        reached = _inside(reached, part)
    table = _table_of(reached)
    return table.model_fields if table else ()


def _inside(annotation: Any, part: str) -> Any:
    if table := _table_of(annotation):
        return table.model_fields[part].annotation if part in table.model_fields else None
    arguments = get_args(annotation)
    return arguments[-1] if arguments else None


def _table_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model behind `Model`, `Model | None` or `Annotated[Model, …]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Annotated, Union, types.UnionType}:
        return next((table for part in get_args(annotation) if (table := _table_of(part))), None)
    return None
