"""Editing one record of a Form: editors, boxes with issues, the side panel."""
