"""Plays conversations against a real gateway: its database, HTTP, simulated phones, a clock in the hand.

stage       a gateway of its own, with the operator's projects, flows and texts, and every number simulated
stillness   waits until nothing is under way any more, and lets time pass from one due moment to the next
script      plays a written conversation and says where it went otherwise
"""

from __future__ import annotations

from gateway.player.script import Failure, play, play_file
from gateway.player.stage import Place, Stage, own_files, staged

__all__ = ["Failure", "Place", "Stage", "own_files", "play", "play_file", "staged"]
