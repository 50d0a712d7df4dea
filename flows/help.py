"""HELP: the customer-service number, for everybody, subscribed or not; nothing else changes."""

from gateway.domain.flow import END, Flow, State, on


class Help(Flow):
    """Answers with the number, the frequency of messages, and the way out."""

    states = (State("start"),)
    transitions = (on("keyword", "start", END, do="tell"),)

    def tell(self) -> None:
        self.reply("help/help")
