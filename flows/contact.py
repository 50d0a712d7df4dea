"""CONTACT: who sends these messages, as the law wants it said; nothing else changes."""

from gateway.domain.flow import END, Flow, State, on


class Contact(Flow):
    """Answers with the legal notice of the sender."""

    states = (State("start"),)
    transitions = (on("keyword", "start", END, do="tell"),)

    def tell(self) -> None:
        self.reply("contact/notice")
