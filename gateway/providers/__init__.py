"""Telecom APIs: one file each, found by the `kind` that the configuration names.

A provider turns its own wire into the words of `gateway.domain` and back. `verify`, `parse`,
`answer` and the building of requests are pure; only `send` and `look_up` use the network.
"""
