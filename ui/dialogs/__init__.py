"""Dialogs that do a piece of work of their own."""
