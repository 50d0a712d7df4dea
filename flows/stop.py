"""STOP: unsubscribed, with one confirmation.

The confirmation belongs to one party: where the provider or the network sends it, we stay silent. A second
STOP is silent too; on a Canadian short code the engine asks again for an answer once a day.
"""

from gateway.domain.flow import END, Flow, State, on


class Stop(Flow):
    """Records every opt-out, and answers the one that changes something."""

    states = (State("start"),)
    transitions = (on("keyword", "start", END, do="unsubscribe"),)

    def unsubscribe(self) -> None:
        self.opt_out()
        if not (self.facts.optout_answered or self.facts.repeated):
            self.reply("stop/confirmed")
