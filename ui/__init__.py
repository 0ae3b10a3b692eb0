"""What a person sees: the window (Qt) and the commands (`cli.py`).

Map: `theme.py` and `icons.py` give every colour, size and picture; `tasks.py`
is the only door to the services (off the UI thread); `errors.py` holds the
only dialog about troubles; `main_window.py` is the frame around the pages;
`tables/` is the grid, `forms/` the record panel, `pages/` one screen each.
"""
