"""The fixtures of tests/db, for tests that need real data."""

from __future__ import annotations

from tests.db.conftest import migrated, store

__all__ = ["migrated", "store"]
