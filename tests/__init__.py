"""Tests: unit (pure), db (real files), golden (documents), ui (offscreen)."""
