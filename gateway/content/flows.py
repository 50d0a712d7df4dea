"""Loads the operator's flow files by path and says in words what is wrong with them.

A file holds one subclass of `Flow` and imports only `gateway.domain` and the standard library. A broken file
of the operator is a problem, never a crash: the shipped file of the same name takes its place.
"""

import ast
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from gateway.content import flow_faults
from gateway.domain.flow import Flow
from gateway.errors import Problem

_PACKAGE: Final = "operator_flows"


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows that can run, by file name without its ending, and what is wrong with the others."""

    classes: Mapping[str, type[Flow]]
    problems: tuple[Problem, ...]
    """The file, the place and the reason; a problem of keywords alone leaves its flow usable."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.classes)

    def get(self, name: str) -> type[Flow] | None:
        return self.classes.get(name)


def load_flows(folders: Sequence[Path]) -> Flows:
    """Load each flow from the first of `folders` whose file of that name can run. Runs the files' code."""
    loaded: dict[str, type[Flow]] = {}
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for name in _names(folders):
        for file in (folder / f"{name}.py" for folder in folders):
            if not file.is_file():
                continue
            flow, found = _load(file)
            problems += found
            if flow:
                loaded[name], files[name] = flow, file
                break
    problems += flow_faults.keyword_faults(loaded, files)
    return Flows(loaded, tuple(problems))


def _names(folders: Sequence[Path]) -> list[str]:
    stems = {file.stem for folder in folders for file in folder.glob("*.py")}
    return sorted(stem for stem in stems if not stem.startswith("_"))


def _load(file: Path) -> tuple[type[Flow] | None, list[Problem]]:
    try:
        source = file.read_bytes()
        tree = ast.parse(source, str(file))
    except SyntaxError as error:
        return None, [Problem(file, f"line {error.lineno or 1}", f"syntax error: {error.msg}")]
    except (OSError, ValueError) as error:
        return None, [Problem(file, "", f"cannot be read: {error}")]
    if foreign := list(_foreign_imports(tree, file)):
        return None, foreign
    try:
        module = _execute(file, source)
    except (Exception, SystemExit) as error:  # whatever the operator's code raises, the gateway starts
        return None, [Problem(file, _line_in(file, error), f"{type(error).__name__}: {error}")]
    flows = _flows_of(module)
    if len(flows) != 1:
        names = ", ".join(flow.__name__ for flow in flows)
        reason = f"holds {len(flows)} flows ({names}); one per file" if flows else "holds no subclass of Flow"
        return None, [Problem(file, "", reason)]
    faults = [Problem(file, *fault) for fault in flow_faults.faults_of(flows[0], file.stem)]
    return (None if faults else flows[0]), faults


def _foreign_imports(tree: ast.Module, file: Path) -> Iterator[Problem]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            targets = [f"{module}.{alias.name}" for alias in node.names] if module == "gateway" else [module]
        else:
            continue
        for target in targets:
            if not _may_import(target):
                reason = f"imports {target!r}; a flow may use gateway.domain and the standard library only"
                yield Problem(file, f"line {node.lineno}", reason)


def _may_import(target: str) -> bool:
    return f"{target}.".startswith("gateway.domain.") or target.split(".")[0] in sys.stdlib_module_names


def _execute(file: Path, source: bytes) -> ModuleType:
    """Run the file as a module of no package, and leave no bytecode in the operator's folder."""
    module = ModuleType(f"{_PACKAGE}.{file.stem}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module  # dataclasses look their own module up
    try:
        exec(compile(source, str(file), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - it is the operator's program
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _flows_of(module: ModuleType) -> list[type[Flow]]:
    own = (
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and thing.__module__ == module.__name__
    )
    return list(dict.fromkeys(thing for thing in own if issubclass(thing, Flow)))


def _line_in(file: Path, error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(file)]
    return f"line {lines[-1]}" if lines else ""
