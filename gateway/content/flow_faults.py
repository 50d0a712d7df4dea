"""What can be wrong with a flow that Python itself accepts: found at start, not when a contact writes."""

import inspect
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, get_args

from gateway.domain import folding, keywords
from gateway.domain.flow import END, EventKind, Flow, Locale, Transition
from gateway.domain.reserved import Intent
from gateway.errors import Problem

_RESERVED = frozenset({Intent.STOP, Intent.START, Intent.HELP, Intent.CONTACT, Intent.INFO})
"""The flows that the reserved words begin."""


class Fault(NamedTuple):
    """The end of a `Problem`: where in the file, why, and the nearest right name."""

    key: str
    reason: str
    suggestion: str | None = None


def faults_of(flow: type[Flow], name: str) -> list[Fault]:
    """Return everything that would make a step of this flow, of that name, fail or wait for ever."""
    return [
        *_state_faults(flow),
        *(fault for transition in flow.transitions for fault in _transition_faults(flow, transition)),
        *_word_faults(flow, name),
    ]


def keyword_faults(flows: Mapping[str, type[Flow]], files: Mapping[str, Path]) -> Iterator[Problem]:
    """Find keywords that a reserved word, or another flow's keyword, keeps from ever being reached."""
    owners: dict[str, str] = {}
    for name, flow in flows.items():
        for word in (word for words in flow.keywords.values() for word in words):
            form = " ".join(folding.words(folding.fold(word)))
            reserved = keywords.shadows(word)
            owner = owners.setdefault(form, name)
            if reserved and reserved.value != name:
                yield Problem(
                    files[name], flow.__name__, f"keyword {word!r} is reserved for {reserved.value.upper()}"
                )
            elif owner != name:
                yield Problem(
                    files[name], flow.__name__, f"keyword {word!r} belongs to the flow {owner!r} already"
                )


def _state_faults(flow: type[Flow]) -> Iterator[Fault]:
    names = [state.name for state in flow.states]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(flow.__name__, f"state {name!r} is declared twice")
    if END in names:
        yield Fault(flow.__name__, f"state {END!r} is where every dialogue is over; it is not declared")
    timed = {source for t in flow.transitions if t.trigger is EventKind.TIMEOUT for source in t.source}
    for state in flow.states:
        if state.timeout is not None and state.timeout.total_seconds() <= 0:
            yield Fault(flow.__name__, f"the timeout of state {state.name!r} is not in the future")
        if state.timeout is not None and state.name not in timed:
            yield Fault(flow.__name__, f"state {state.name!r} has a timeout, but no transition on 'timeout'")


def _transition_faults(flow: type[Flow], transition: Transition) -> Iterator[Fault]:
    names = [state.name for state in flow.states]
    where = f"{flow.__name__}, on {transition.trigger.value!r}"
    for source in transition.source:
        if source not in names:
            reason = f"starts from the state {source!r}, which is not declared"
            yield Fault(where, reason, _nearest(source, names))
    if transition.dest not in (*names, END):
        reason = f"goes to the state {transition.dest!r}, which is not declared"
        yield Fault(where, reason, _nearest(transition.dest, [*names, END]))
    for method in filter(None, (transition.do, transition.when, transition.unless)):
        if fault := _method_fault(flow, method):
            suggestion = None if hasattr(flow, method) else _nearest(method, _own_methods(flow))
            yield Fault(where, fault, suggestion)


def _method_fault(flow: type[Flow], name: str) -> str | None:
    method = inspect.getattr_static(flow, name, None)
    if not inspect.isfunction(method):
        return f"names the method {name!r}, which does not exist"
    if inspect.iscoroutinefunction(method):
        return f"names the method {name!r}, which is async; a flow decides at once"
    required = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
    if len([p for p in required if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]) > 1:
        return f"names the method {name!r}, which asks for arguments; it is given none"
    return None


def _word_faults(flow: type[Flow], name: str) -> Iterator[Fault]:
    for locale, words in flow.keywords.items():
        if locale not in get_args(Locale):
            known = ", ".join(get_args(Locale))
            yield Fault(flow.__name__, f"keywords are given for {locale!r}; the languages are {known}")
        if isinstance(words, str):
            yield Fault(flow.__name__, f"keywords of {locale!r} are one text; write ({words!r},)")
    starts = (t for t in flow.transitions if t.trigger is EventKind.KEYWORD and flow.initial() in t.source)
    reserved = name in _RESERVED
    if (flow.keywords or reserved) and not any(starts):
        what = f"answers {name.upper()}" if reserved else "has keywords"
        yield Fault(flow.__name__, f"{what}, but no transition on 'keyword' from {flow.initial()!r}")


def _own_methods(flow: type[Flow]) -> list[str]:
    return [name for name, _ in inspect.getmembers(flow, inspect.isfunction) if not name.startswith("_")]


def _nearest(name: str, names: Collection[str]) -> str | None:
    return next(iter(get_close_matches(name, names, n=1)), None)
