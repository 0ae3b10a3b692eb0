"""The grid: a paged model over ids, one delegate, one view with frozen columns."""
