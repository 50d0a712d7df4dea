"""START: what the contact had stopped comes back, with this text as the proof."""

from gateway.domain.flow import END, Flow, State, on


class Start(Flow):
    """Restores and confirms; where nothing was stopped it changes nothing, and says so."""

    states = (State("start"),)
    transitions = (
        on("keyword", "start", END, do="stay", when="nothing_was_stopped"),
        on("keyword", "start", END, do="resume"),
    )

    def nothing_was_stopped(self) -> bool:
        return self.facts.repeated

    def resume(self) -> None:
        self.opt_in()
        self.answer("start/confirmed")

    def stay(self) -> None:
        self.answer("start/already")

    def answer(self, template: str) -> None:
        if not self.facts.optout_answered:
            self.reply(template)
