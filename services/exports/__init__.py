"""What leaves the office as a file: workbook, PDF, report, archive.

Every official table is drawn cell by cell from its `Form`; there is no
template file that could drift from it. One arithmetic (`layout`) decides
widths, heights and pages, so that workbook and PDF show the same table.

* `printed` ... what goes on paper: a form, its rows, the lines around them
* `wrapping` .. how wide text is, where it breaks
* `layout` .... paper, widths, heights, wrapped lines, pages
* `workbook` .. xlsx, and reading it back with another library
* `pdf` ....... the same table as PDF (`fonts`, `glyphs`, `tounicode` under it)
* `word` ...... the report as docx
* `archive` ... writing a file whole or not at all, names, zip, manifest
* `deliver` ... write, read back, compare, and only then put in place
"""
