"""Flow files of operators: loaded by path, refused in words, and never in the way of the shipped ones."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.content import shipped_folder
from gateway.content.flows import Flows, load_flows
from gateway.domain.flow import Event, EventKind, Facts, Reply, take_step

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
GOOD = """\
from gateway.domain.flow import END, Flow, State, on


class Parking(Flow):
    keywords = {"en": ("PARKING",), "fr": ("STATIONNEMENT",)}
    states = (State("start"),)
    transitions = (on("keyword", "start", END, do="tell"),)

    def tell(self) -> None:
        self.reply("parking/where")
"""
Write = Callable[..., Flows]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write flow files into the operator's folder and load them, the shipped ones after them."""

    def write(**files: str) -> Flows:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        return load_flows([tmp_path, shipped_folder("flows")])

    return write


def _one_problem(flows: Flows) -> str:
    (problem,) = flows.problems
    return str(problem)


def test_the_shipped_flows_have_no_problem() -> None:
    """Without a file of the operator's the reserved words and plain answers work."""
    flows = load_flows([shipped_folder("flows")])
    assert flows.problems == ()
    assert flows.names == ("answer", "contact", "help", "info", "start", "stop")


def test_an_operators_flow_runs(write: Write) -> None:
    """A new file is a new keyword flow, and the shipped flows stay."""
    flows = write(parking=GOOD)
    flow = flows.get("parking")
    assert flow
    step = take_step(flow, None, Event(EventKind.KEYWORD, keyword="PARKING"), Facts("en"), NOW)
    assert step.effects == (Reply("parking/where"),)
    assert "stop" in flows.names
    assert flows.problems == ()


def test_the_operators_file_comes_first(write: Write) -> None:
    """A file of the same name replaces the shipped flow."""
    flow = write(help=GOOD.replace('keywords = {"en": ("PARKING",), "fr": ("STATIONNEMENT",)}', "")).get(
        "help"
    )
    assert flow
    assert flow.__name__ == "Parking"


def test_a_broken_file_falls_back_to_the_shipped_flow(write: Write) -> None:
    """HELP is answered even while the operator's help.py does not load, and the operator is told."""
    flows = write(help="class Help(Flow:\n    pass\n")
    flow = flows.get("help")
    assert flow
    assert flow.__name__ == "Help"
    assert re.search(r"help\.py: line 1: syntax error: ", _one_problem(flows))


def test_a_broken_file_without_a_shipped_one_is_left_out(write: Write) -> None:
    """The other flows load, and nothing answers to the broken one."""
    flows = write(parking="raise RuntimeError('not today')\n")
    assert flows.get("parking") is None
    assert "stop" in flows.names
    assert "line 1: RuntimeError: not today" in _one_problem(flows)


def test_loading_leaves_nothing_in_the_operators_folder(write: Write, tmp_path: Path) -> None:
    """No bytecode appears beside the flows, and an edited file is read anew within the same second."""
    write(parking=GOOD)
    flows = write(parking=GOOD.replace("class Parking", "class Garages"))
    assert flows.classes["parking"].__name__ == "Garages"
    assert [path.name for path in tmp_path.iterdir()] == ["parking.py"]


def test_a_flow_file_may_hold_dataclasses_and_private_files_are_no_flows(write: Write) -> None:
    """Ordinary Python works in a flow file; a file that begins with an underscore is left alone."""
    header = "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
    dataclass = f"{header}@dataclass\nclass Lot:\n    size: int\n\n"
    flows = write(parking=dataclass + GOOD, _notes="this is no Python")
    assert "parking" in flows.names
    assert flows.problems == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("class Parking(Flow)", "class Parking"), "holds no subclass of Flow"),
        (("\n\nclass", "\nclass Two(Flow):\n    pass\n\nclass"), "holds 2 flows (Two, Parking)"),
        (('END, do="tell"', '"ned", do="tell"'), "state 'ned', which is not declared (did you mean 'end'?)"),
        (('"start", END', '"strat", END'), "state 'strat', which is not declared (did you mean 'start'?)"),
        (('do="tell"', 'do="tel"'), "method 'tel', which does not exist (did you mean 'tell'?)"),
        (('do="tell"', 'do="tell", when="facts"'), "names the method 'facts', which does not exist"),
        (("def tell", "async def tell"), "is async; a flow decides at once"),
        (("tell(self)", "tell(self, event)"), "asks for arguments; it is given none"),
        (('(State("start"),)', '(State("start"), State("start"))'), "state 'start' is declared twice"),
        (('(State("start"),)', '(State("start"), State("end"))'), "'end' is where every dialogue is over"),
        (('"keyword", "start"', '"text", "start"'), "no transition on 'keyword' from 'start'"),
        (('on("keyword"', 'on("keywrod"'), "ValueError: 'keywrod' is not a valid EventKind"),
        (('("PARKING",)', '"PARKING"'), "keywords of 'en' are one text; write ('PARKING',)"),
        (('"fr":', '"de":'), "keywords are given for 'de'; the languages are en, fr"),
        (("import END", "import BEGIN"), "ImportError: cannot import name 'BEGIN'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_words(write: Write, change: tuple[str, str], reason: str) -> None:
    """What Python accepts but no dialogue could run is found at start, with the nearest right name."""
    flows = write(parking=GOOD.replace(*change, 1))
    assert reason in "\n".join(map(str, flows.problems))
    assert flows.get("parking") is None


def test_a_timeout_must_lead_somewhere(write: Write) -> None:
    """A state that times out without a transition would wait for ever."""
    timed = GOOD.replace("from", "from datetime import timedelta\nfrom", 1)
    later = timed.replace('State("start")', 'State("start", timeout=timedelta(hours=1))')
    assert "state 'start' has a timeout, but no transition on 'timeout'" in _one_problem(write(parking=later))
    never = later.replace("hours=1", "hours=0").replace(
        "transitions = (", 'transitions = (on("timeout", "start", END), '
    )
    assert "the timeout of state 'start' is not in the future" in _one_problem(write(parking=never))


@pytest.mark.parametrize(
    "line",
    [
        "import aiohttp",
        "from gateway.store import sql",
        "from gateway import clock",
        "from . import stop",
        "import gateway",
    ],
)
def test_a_flow_reaches_nothing_but_the_domain(write: Write, line: str) -> None:
    """A forbidden import is found before the file runs, inside functions too."""
    inside = GOOD.replace("        self.reply", f"        {line}\n        self.reply")
    for text in (f"{line}\n{GOOD}", inside):
        flows = write(parking=text)
        assert "a flow may use gateway.domain and the standard library only" in _one_problem(flows)
        assert flows.get("parking") is None


@pytest.mark.parametrize(
    "line",
    ["import json", "from gateway import domain", "from gateway.domain import phone", "import os.path"],
)
def test_a_flow_may_use_the_domain_and_the_standard_library(write: Write, line: str) -> None:
    """The rules of the field are there to be used."""
    assert write(parking=f"{line}\n{GOOD}").problems == ()


def test_a_keyword_that_nobody_would_reach_is_told(write: Write) -> None:
    """A reserved word, or one of another flow, is named; the flow's other words work."""
    flows = write(parking=GOOD.replace('("PARKING",)', '("PARKING", "Arrêt")'), garages=GOOD)
    told = sorted(problem.reason for problem in flows.problems)
    assert told == [
        "keyword 'Arrêt' is reserved for STOP",
        "keyword 'PARKING' belongs to the flow 'garages' already",
        "keyword 'STATIONNEMENT' belongs to the flow 'garages' already",
    ]
    assert {"parking", "garages"} <= set(flows.names)


def test_a_file_that_ends_the_program_does_not(write: Write) -> None:
    """`sys.exit()` in a flow file is a problem of the file."""
    flows = write(parking="import sys\n\nsys.exit(3)\n")
    assert "line 3: SystemExit: 3" in _one_problem(flows)
    assert "operator_flows.parking" not in sys.modules


def test_unreadable_bytes_are_a_problem(write: Write, tmp_path: Path) -> None:
    """A file that is no text does not stop the gateway."""
    (tmp_path / "parking.py").write_bytes(b"\xff\xfe\x00")
    assert "parking.py" in _one_problem(write())


def test_a_folder_that_does_not_exist_holds_nothing(tmp_path: Path) -> None:
    """An operator without a flows folder has the shipped flows."""
    assert load_flows([tmp_path / "none", shipped_folder("flows")]).get("stop")


@pytest.mark.parametrize("name", ["stop", "start", "help", "contact", "info"])
def test_a_reserved_flow_must_answer_its_word(write: Write, name: str) -> None:
    """A file that hears everything but its own word is refused; the shipped one answers."""
    deaf = GOOD.replace('on("keyword",', 'on("text",').replace(GOOD.splitlines()[4] + "\n", "")
    flows = write(**{name: deaf})
    assert f"answers {name.upper()}, but no transition on 'keyword' from 'start'" in _one_problem(flows)
    answering = flows.get(name)
    assert answering
    assert answering.__name__ == name.title()
