"""`flows draw`: a picture of each flow, from its transitions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.opening import CONFIG, Config, open_settings
from gateway.errors import GatewayError, NotFound

if TYPE_CHECKING:
    from gateway.content.flows import Flows
    from gateway.domain.flow import Flow, Transition

_PURE = "graphviz-pure"

app = typer.Typer(help="What the keywords' flows do.", no_args_is_help=True)


@app.callback()
def flows() -> None:
    """What the keywords' flows do."""


@app.command()
def draw(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One flow; default: all.")] = None,
    svg: Annotated[bool, typer.Option("--svg", help="Print SVG instead of Mermaid; needs graphviz.")] = False,
    config: Config = CONFIG,
) -> None:
    """Draw flows as Mermaid text, or as SVG."""
    known = _load(config)
    for problem in known.problems:
        print(problem, file=sys.stderr)
    names = [name] if name else list(known.names)
    chosen = {each: flow for each in names if (flow := known.get(each))}
    if name and not chosen:
        raise NotFound("unknown_flow", f"there is no flow {name!r}; the flows are {', '.join(known.names)}")
    print(_svg(chosen) if svg else "\n".join(_mermaid(each, flow) for each, flow in chosen.items()))


def _load(config: Path) -> Flows:
    """Load the operator's flows over the shipped ones; without a configuration, the shipped ones."""
    from gateway.content import shipped_folder
    from gateway.content.flows import load_flows

    own = [open_settings(config).flows_folder] if config.is_file() or config != CONFIG else []
    return load_flows([*own, shipped_folder("flows")])


def _arrows(flow: type[Flow]) -> Iterator[tuple[str, str, str]]:
    for transition in flow.transitions:
        for source in transition.source:
            yield source, transition.dest, _label(flow, transition, source)


def _label(flow: type[Flow], transition: Transition, source: str) -> str:
    trigger = transition.trigger.value
    state = flow.find_state(source)
    if trigger == "timeout" and state and state.timeout:
        trigger = f"after {state.timeout.total_seconds() / 3600:g} h"
    condition = f" if {transition.when}" if transition.when else ""
    condition += f" unless {transition.unless}" if transition.unless else ""
    return f"{trigger}{condition}" + (f" / {transition.do}" if transition.do else "")


def _mermaid(name: str, flow: type[Flow]) -> str:
    from gateway.domain.flow import END

    lines = ["---", f"title: {name}", "---", "stateDiagram-v2", f"    [*] --> {flow.initial()}"]
    for source, dest, label in _arrows(flow):
        lines.append(f"    {source} --> {'[*]' if dest == END else dest}: {label}")
    return "\n".join(lines) + "\n"


def _dot(name: str, flow: type[Flow]) -> str:
    rows = [f'  "{name}/{s}" -> "{name}/{d}" [label="{label}"];' for s, d, label in _arrows(flow)]
    states = dict.fromkeys(state for source, dest, _ in _arrows(flow) for state in (source, dest))
    nodes = [f'  "{name}/{state}" [label="{state}"];' for state in states]
    return "\n".join([f'subgraph "cluster_{name}" {{', f'  label="{name}";', *nodes, *rows, "}"])


def _svg(chosen: dict[str, type[Flow]]) -> str:
    style = "  rankdir=LR; node [shape=box, style=rounded, fontname=sans]; edge [fontname=sans, fontsize=10];"
    graph = "\n".join(["digraph {", style, *(_dot(name, flow) for name, flow in chosen.items()), "}"])
    drawn = subprocess.run(  # noqa: S603 - our own graph, on standard input
        [_program(), "-Tsvg"], input=graph, capture_output=True, text=True, check=False
    )
    if drawn.returncode:
        raise GatewayError(f"graphviz could not draw: {drawn.stderr.strip()}")
    return drawn.stdout


def _program() -> str:
    """Return graphviz's dot, else the program of the extra `diagrams`, which stands beside this Python."""
    beside = str(Path(sys.executable).parent)
    if found := shutil.which("dot") or shutil.which(_PURE) or shutil.which(_PURE, path=beside):
        return found
    raise GatewayError("SVG needs graphviz: install it, or pip install 'parley-gateway[diagrams]'")
