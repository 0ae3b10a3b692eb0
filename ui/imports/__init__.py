"""Receiving files from others: the import step by step, and 三方对账."""
