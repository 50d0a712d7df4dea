"""The small language of message templates: values, filters, conditions and loops over given lists.

Staff write templates, so a template must never cost more than its own size: there are no calls, assignments,
macros or repetition, and loops nest twice at most. Jinja's sandbox alone leaves ways to fill the memory
(doubling a variable with `~`, padding by a billion spaces). https://jinja.palletsprojects.com/sandbox/
"""

from functools import lru_cache
from typing import Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gateway.content.filters import filters_for
from gateway.domain.flow import Locale

SOURCE_LIMIT: Final = 4_000
"""Characters of one template."""

_LOOP_DEPTH: Final = 2
_FILTERS: Final = (
    *("capitalize", "default", "first", "int", "join", "last", "length"),
    *("lower", "round", "title", "trim", "truncate", "upper"),
)
_ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Keyword),
    *(nodes.Filter, nodes.Test, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Concat, nodes.Add, nodes.Sub, nodes.Neg),
)
_WORDS: Final = {
    nodes.Call: "a call; use a filter",
    nodes.CallBlock: "a call; use a filter",
    nodes.Assign: "an assignment",
    nodes.AssignBlock: "an assignment",
    nodes.Mul: "a multiplication",
    nodes.Pow: "a power",
    nodes.Include: "another template",
    nodes.Import: "another template",
    nodes.FromImport: "another template",
    nodes.Extends: "another template",
}


@lru_cache(maxsize=2)
def _environment(locale: Locale) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # a text message is not HTML
        cache_size=0,
        finalize=lambda value: "" if value is None else value,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS} | filters_for(locale)
    return environment


@lru_cache(maxsize=512)
def compiled(source: str, locale: Locale) -> Template:
    """Compile a template, once: compiling costs sixty renders. Raises TemplateSyntaxError."""
    if len(source) > SOURCE_LIMIT:
        raise TemplateSyntaxError(f"is longer than {SOURCE_LIMIT} characters", 1)
    tree = parsed(source, locale)
    _refuse_costly(tree)
    return _environment(locale).from_string(tree)


def parsed(source: str, locale: Locale) -> nodes.Template:
    """Return the syntax tree. Raises TemplateSyntaxError."""
    return _environment(locale).parse(source)


def variables_in(source: str, locale: Locale) -> frozenset[str]:
    """Return the names of the values that a template asks for. Raises TemplateSyntaxError."""
    return frozenset(meta.find_undeclared_variables(parsed(source, locale)))


def plain_text_in(source: str, locale: Locale) -> str:
    """Return what a template says whatever the values are, its untaken branches included."""
    return "".join(data.data for data in parsed(source, locale).find_all(nodes.TemplateData))


def _refuse_costly(node: nodes.Node, loops: int = 0) -> None:
    if not isinstance(node, _ALLOWED):
        what = _WORDS.get(type(node), f"'{type(node).__name__.lower()}'")
        raise TemplateSyntaxError(f"holds {what}, which a message text may not", node.lineno)
    if isinstance(node, nodes.For):
        loops += 1
        if loops > _LOOP_DEPTH or node.recursive:
            raise TemplateSyntaxError("holds loops inside loops inside loops", node.lineno)
    for child in node.iter_child_nodes():
        _refuse_costly(child, loops)
