"""What the operator decides: one TOML file, the environment over it, checked as a whole before the start.

sources      the file, GATEWAY_… variables, env: and file: references
tables, project   what may stand in it, one line of explanation a key
complaints   what pydantic finds wrong, in words, with the nearest right name
references   whether the tables fit each other
loading      all of it in order
"""

from __future__ import annotations

from gateway.settings.loading import load_settings
from gateway.settings.model import Settings
from gateway.settings.project import Project
from gateway.settings.sources import PREFIX

__all__ = ["PREFIX", "Project", "Settings", "load_settings"]
