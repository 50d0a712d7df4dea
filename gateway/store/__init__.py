"""The store: every SQL statement of the gateway, and nothing else.

Functions here take an open transaction and return frozen dataclasses; what should be written is
decided above, in `gateway.traffic` and `gateway.audience`. SQLite and PostgreSQL read the same
statements (`gateway.store.sql`).
"""
