"""Puts the operator's default folders into the wheel, and leaves an editable install to the checkout."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DEFAULTS = ("config.toml", "flows", "templates")


class DefaultsHook(BuildHookInterface):
    """Hatchling's static force-include would copy stale defaults into an editable install as well."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"].update({name: f"gateway/defaults/{name}" for name in DEFAULTS})
