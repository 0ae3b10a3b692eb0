"""Received files: a generator with known truth, files made by hand, fuzz."""
