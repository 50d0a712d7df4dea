"""A keyword of the configuration that is answered with one text: `HOURS = { reply = "answer/hours" }`."""

from gateway.domain.flow import END, Flow, State, on


class Answer(Flow):
    """Answers with the template that the configuration names for the word."""

    states = (State("start"),)
    transitions = (on("keyword", "start", END, do="tell"),)

    def tell(self) -> None:
        self.reply(self.event.data["template"])
