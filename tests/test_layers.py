"""The house stands: imports go down only, and neighbours on one floor never meet."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
GATEWAY = ROOT / "gateway"

FLOORS = (
    {"__main__", "cli", "run", "player"},
    {"app", "check"},
    {"web"},
    {"traffic", "audience"},
    {"settings"},
    {"store", "providers", "content", "simulator"},
    {"domain"},
    {"errors", "clock", "ids", "keys", "logs", "metrics", "redaction", "supervisor"},
)
"""From the roof to the ground. Settings stand above providers, since each provider's table is its own."""

LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
SAME_FLOOR_ALLOWED = {
    ("settings", "keys"),
    ("cli", "run"),
    ("cli", "player"),
    ("player", "run"),
    ("__main__", "cli"),
    ("ids", "clock"),
    ("logs", "redaction"),
    ("redaction", "errors"),
    ("keys", "errors"),
}


def rooms_imported(file: Path) -> Iterator[tuple[str, bool]]:
    """Yield each room of ours that a file imports, and whether only for the type checker."""
    tree = ast.parse(file.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = whole if node.module == "gateway" else [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            if name.startswith("gateway."):
                yield name.split(".")[1], id(node) in typing_only


def room_of(file: Path) -> str:
    """Return the room that a file of the engine belongs to."""
    return file.relative_to(GATEWAY).parts[0].removesuffix(".py")


def engine_files() -> list[Path]:
    """Return every module of the engine but its front page."""
    return [
        f for f in sorted(GATEWAY.rglob("*.py")) if f != GATEWAY / "__init__.py" and "defaults" not in f.parts
    ]


def test_every_room_has_a_floor() -> None:
    """A new folder of the engine is placed on a floor before it is used."""
    assert {room_of(file) for file in engine_files()} <= set(LEVEL)


def test_imports_go_down_only() -> None:
    """No module reaches up, and no room imports its neighbour on the same floor."""
    wrong = []
    for file in engine_files():
        room = room_of(file)
        for other, typing_only in rooms_imported(file):
            if other == room or (room, other) in SAME_FLOOR_ALLOWED or other not in LEVEL:
                continue
            if LEVEL[other] <= LEVEL[room] and not (typing_only and other == "app"):
                wrong.append(f"{file.relative_to(ROOT)} imports {other}")
    assert wrong == []


def test_operator_flows_see_only_the_domain() -> None:
    """A flow is pure: it imports the domain and the standard library."""
    wrong = [
        f"{file.name} imports {room}"
        for file in sorted((ROOT / "flows").glob("*.py"))
        for room, _ in rooms_imported(file)
        if room != "domain"
    ]
    assert wrong == []


def test_sql_lives_in_the_store() -> None:
    """A statement outside the store is a rule that two engines and one reader cannot check."""
    verbs = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ")
    wrong = []
    for file in engine_files():
        if room_of(file) == "store":
            continue
        texts = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Constant)]
        wrong += [
            f"{file.relative_to(ROOT)}:{text.lineno}"
            for text in texts
            if isinstance(text.value, str) and text.value.lstrip().startswith(verbs)
        ]
    assert wrong == []
