"""`gateway inspect` and `gateway classify`, as scripts use them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import PATIENCE, PROGRAM, environment, gateway

INSPECTED = [
    (("a" * 161,), {"encoding": "GSM-7", "units": 161, "segments": 2, "parts": [153, 8]}),
    (("a" * 161, "--reference-bits", "16"), {"units": 161, "segments": 2, "parts": [152, 9]}),
    (("",), {"encoding": "GSM-7", "units": 0, "segments": 1, "parts": [0], "culprits": []}),
    (("",), {"simplified": None}),
    (("œ a œ 👍",), {"encoding": "UCS-2", "units": 8, "culprits": ["œ", "👍"]}),
    (("Ça va",), {"encoding": "GSM-7", "simplified": None}),
]
CLASSIFIED = [
    ("STOP", "stop", "STOP", "en"),
    ("arrêt svp", "stop", "ARRET", "fr"),
    ("Aide", "help", "AIDE", "fr"),
    ("START", "start", "START", "en"),
    ("contact", "contact", "CONTACT", None),
    ("INFO", "info", "INFO", None),
    ("take me off your list", "stop", None, "en"),
    ("How do I unsubscribe?", "ambiguous", None, "en"),
    ("It rains", "none", None, None),
]


@pytest.mark.parametrize(("arguments", "expected"), INSPECTED)
def test_inspect_answers_in_json(
    arguments: tuple[str, ...], expected: dict[str, object], tmp_path: Path
) -> None:
    """The object says encoding, units, segments, parts and culprits of the text exactly as it was given."""
    done = gateway("inspect", *arguments, "--json", folder=tmp_path)
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(found) == ["encoding", "units", "segments", "parts", "culprits", "simplified"]
    assert {name: found[name] for name in expected} == expected


def test_inspect_applies_the_tiers_that_are_named(tmp_path: Path) -> None:
    """The simplified form stands beside the raw one, with its own size and its text."""
    done = gateway("inspect", "Été – œuf ê", "--json", "--simplify", "typography,ligatures", folder=tmp_path)
    found = json.loads(done.stdout)
    assert (found["encoding"], found["simplified"]["text"]) == ("UCS-2", "Été - oeuf ê")
    assert found["simplified"]["culprits"] == ["ê"]


def test_inspect_tells_people_what_makes_a_text_dear(tmp_path: Path) -> None:
    """Without --json the answer is words: the size, what forces UCS-2, and what could stand for it."""
    done = gateway("inspect", "ok…", folder=tmp_path)
    assert done.stdout == (
        "1 segment of UCS-2, 3 units (3)\nnot in GSM-7: '…' U+2026 HORIZONTAL ELLIPSIS; instead: '...'\n"
    )


def test_inspect_tells_what_one_character_costs(tmp_path: Path) -> None:
    """A single ellipsis makes a text of one segment cost two: the answer says so beside it."""
    done = gateway("inspect", "a" * 100 + "…", folder=tmp_path)
    assert done.stdout.splitlines()[0].startswith("2 segments of UCS-2")
    assert done.stdout.splitlines()[1].endswith("instead: '...'; alone it costs 1 of them")


@pytest.mark.parametrize(("text", "intent", "keyword", "locale"), CLASSIFIED)
def test_classify_answers_in_json(
    text: str, intent: str, keyword: str | None, locale: str | None, tmp_path: Path
) -> None:
    """The object says intent, keyword, language, confidence and why; no configuration is needed."""
    done = gateway("classify", text, "--json", folder=tmp_path)
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(found) == ["intent", "keyword", "locale", "confidence", "why"]
    assert found["intent"] == intent
    assert keyword is None or found["keyword"] == keyword
    assert locale is None or found["locale"] == locale
    assert 0 <= found["confidence"] <= 1


def test_classify_knows_the_words_of_a_project(folder: Path) -> None:
    """With a project its own keywords count; a project that is not there is named."""
    done = gateway("classify", "horaire", "--json", "--project", "clinic", folder=folder)
    assert json.loads(done.stdout)["intent"] == "keyword"
    unknown = gateway("classify", "horaire", "--project", "clinik", folder=folder)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "there is no project 'clinik'\n"


@pytest.mark.parametrize("command", ["inspect", "classify"])
def test_lines_are_answered_in_order(command: str, tmp_path: Path) -> None:
    """Each line in is one JSON string, each line out one ASCII object, none missing, none out of place."""
    texts = [f"é {number} \n\ud83d" for number in range(3000)]
    done = gateway(command, "-", folder=tmp_path, stdin="".join(json.dumps(text) + "\n" for text in texts))
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, len(lines)) == (0, "", len(texts))
    assert done.stdout.isascii()
    if command == "inspect":
        assert [json.loads(line)["units"] for line in lines] == [len(text) for text in texts]


def test_a_line_is_answered_before_the_next_one_comes(tmp_path: Path) -> None:
    """A program may write one line and wait for its answer."""
    with subprocess.Popen(
        [*PROGRAM, "classify", "-"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        for text, intent in (("STOP", "stop"), ("HELP", "help")):
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["intent"] == intent
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("bad", ["STOP", "", "3", '["STOP"]', '"open', "\ufffe"])
def test_a_line_that_is_no_json_string_is_named(bad: str, tmp_path: Path) -> None:
    """What came before it is answered, its number is told, and nothing after it is answered."""
    done = gateway("inspect", "-", folder=tmp_path, stdin=f'"a"\n{bad}\n"b"\n')
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.startswith("line 2 is not a JSON string (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect",),
        ("inspect", "a", "--reference-bits", "7"),
        ("inspect", "a", "--simplify", "acents"),
        ("classify", "a", "b"),
        ("classify", "a", "--jsn"),
    ],
)
def test_wrong_usage_exits_with_two(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """A command line that cannot be meant is answered with how to use it, and code 2."""
    done = gateway(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: gateway" in done.stderr


def test_a_reader_may_leave(tmp_path: Path) -> None:
    """`gateway inspect - | head -1` ends without a traceback."""
    lines = '"some text"\n' * 20_000
    script = f"{' '.join(PROGRAM)} inspect - | head -1"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment(),
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_start_loads_nothing_heavy() -> None:
    """Scripts call these two for each text: no settings, no server and no framework is imported."""
    heavy = ("aiohttp", "pydantic", "structlog", "typer", "phonenumbers", "jinja2")
    code = (
        "import sys; from gateway.cli import main\n"
        "sys.argv = ['gateway', 'classify', 'STOP']\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
