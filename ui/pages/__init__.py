"""The pages of the window, one module each.

To add a register: write a `Register` declaration (see `register.py`) and an
`Entry` for the rail. To add another page: subclass `Page` and add an `Entry`.
"""
