"""INFO: the contact asks a question, a person answers.

    asking     the word came alone: the next text is the question; over after a day
    waiting    a person must answer
    answered   a person has answered: the contact's next text waits again; after a day one follow-up
    nudged     the follow-up was sent: closed after another day
    closed     by staff or by time: a text within three days takes the thread up again

While a thread is open people talk and the bot is silent. A question that nobody answers is never given up:
every day that it waits, the operator's systems are told.
"""

from datetime import timedelta

from gateway.domain.flow import END, Flow, State, on
from gateway.domain.message import Purpose

DAY = timedelta(hours=24)
OPEN = ("waiting", "answered", "nudged")


class Info(Flow):
    """One question thread, from the question to the end of the time in which it can be taken up again."""

    states = (
        State("start"),
        State("asking", timeout=DAY, keywords="replace"),
        State("waiting", timeout=DAY),
        State("answered", timeout=DAY),
        State("nudged", timeout=DAY),
        State("closed", timeout=3 * DAY, keywords="replace"),
    )
    transitions = (
        on("keyword", ("start", "asking", "closed"), "waiting", do="receive", when="brings_question"),
        on("keyword", ("start", "asking", "closed"), "asking", do="ask"),
        on("keyword", ("answered", "nudged"), "answered", do="ask", unless="brings_question"),
        on("keyword", OPEN, "waiting", do="go_on"),
        on("text", "asking", "waiting", do="receive"),
        on("text", (*OPEN, "closed"), "waiting", do="go_on"),
        on("answered", (*OPEN, "closed"), "answered"),
        on("closed", OPEN, "closed"),
        on("timeout", "asking", END),
        on("timeout", "waiting", "waiting", do="warn"),
        on("timeout", "answered", "nudged", do="nudge"),
        on("timeout", "nudged", "closed", do="close"),
        on("timeout", "closed", END),
    )

    def brings_question(self) -> bool:
        return bool(self.event.text.strip())

    def ask(self) -> None:
        self.reply("info/ask")

    def receive(self) -> None:
        self.data["days"] = 0
        self.open_thread()
        self.reply("info/received")

    def go_on(self) -> None:
        self.data["days"] = 0
        self.add_to_thread()

    def warn(self) -> None:
        """Entering `waiting` anew starts its timeout anew, so this comes once a day."""
        self.data["days"] = self.data.get("days", 0) + 1
        self.emit("thread.overdue", days=self.data["days"])

    def nudge(self) -> None:
        """Ask once, in decent hours; someone who stopped allowed an answer, not a question."""
        if not self.facts.stopped:
            self.reply("info/nudge", purpose=Purpose.REMINDER)

    def close(self) -> None:
        self.close_thread("timeout")
