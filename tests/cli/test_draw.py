"""`gateway flows draw`."""

from __future__ import annotations

from pathlib import Path

from gateway.content import shipped_folder
from gateway.content.flows import load_flows
from tests.cli.program import gateway


def test_every_transition_is_drawn(tmp_path: Path) -> None:
    """The Mermaid text of a flow has one arrow for each transition and each state that it starts from."""
    done = gateway("flows", "draw", "info", folder=tmp_path)
    flow = load_flows([shipped_folder("flows")]).get("info")
    assert flow
    arrows = sum(len(transition.source) for transition in flow.transitions)
    assert (done.returncode, done.stderr) == (0, "")
    assert "stateDiagram-v2" in done.stdout
    assert done.stdout.count("-->") == arrows + 1
    assert "    nudged --> closed: after 24 h / close" in done.stdout.splitlines()


def test_all_flows_are_drawn(folder: Path) -> None:
    """Without a name all flows are drawn, the operator's own too; an unknown name is named."""
    (folder / "flows/booking.py").write_text((folder / "flows/help.py").read_text())
    drawn = gateway("flows", "draw", folder=folder)
    assert "title: booking" in drawn.stdout
    assert "title: info" in drawn.stdout
    unknown = gateway("flows", "draw", "inof", folder=folder)
    assert unknown.returncode == 1
    assert "there is no flow 'inof'" in unknown.stderr


def test_graphviz_draws_svg(tmp_path: Path) -> None:
    """The graph of a flow, every state in it, goes through `dot`, whose SVG is printed."""
    dot = tmp_path / "dot"
    dot.write_text("#!/bin/sh\necho '<svg>'\n/bin/cat\necho '</svg>'\n")
    dot.chmod(0o755)
    done = gateway("flows", "draw", "info", "--svg", folder=tmp_path, environ={"PATH": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<svg>\ndigraph {")
    assert '"info/nudged" -> "info/closed" [label="after 24 h / close"];' in done.stdout


def test_without_graphviz_the_way_out_is_said(tmp_path: Path) -> None:
    """No `dot` and no extra: the command says what to install."""
    done = gateway("flows", "draw", "info", "--svg", folder=tmp_path, environ={"PATH": str(tmp_path)})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "SVG needs graphviz: install it, or pip install 'parley-gateway[diagrams]'\n"
