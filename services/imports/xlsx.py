"""One streaming pass over an .xlsx file: values, formats, merges, marks.

The usual libraries give hidden rows, strike-through and comments only by
building the whole sheet, drop rows when the stated dimension is wrong, or
abort on one far cell; reading broken forms is our trade, so this is ours.
Expat runs over the inflating members; stated dimensions are ignored; cells
without content cost nothing. Works for transitional and strict files and for
any namespace prefix, as element names are compared without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.imports.archive import Archive, new_parser, resolve
from services.imports.raw import LONGEST_TEXT, Unreadable
from services.imports.xlsx_rows import RowLane
from services.imports.xlsx_sheet import MOST_REMARKS, Sheet, SheetReader, local, position, small_number, unescape

LONGEST_FORMAT = 255

BUILTIN_FORMATS = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: "yyyy年m月", 28: "m月d日",
    29: "m月d日", 30: "m-d-yy", 31: "yyyy年m月d日", 32: "h时mm分", 33: "h时mm分ss秒", 34: "h时mm分", 35: "h时mm分ss秒", 36: "yyyy年m月",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 49: "@", 50: "yyyy年m月", 51: "m月d日", 52: "yyyy年m月", 53: "m月d日", 54: "m月d日",
    55: "h时mm分", 56: "h时mm分ss秒", 57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip

# The parts that follow each other in the styles: one ends where the next begins.
_STYLE_PARTS = frozenset(
    ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst")
)


class Workbook:
    """An .xlsx file: call `sheets`, then `rows` for each in turn.

    Attributes:
        date1904: Serial dates count from 1904.
        formats: Number format by style number; 0 is General.
        strikes: Style numbers whose font is struck through.
    """

    def __init__(self, archive: Archive) -> None:
        """Read the parts that the sheets refer to: names, texts, styles.

        Raises:
            Unreadable: The file is not a workbook, damaged or over a limit.
        """
        self.date1904 = False
        self.formats: list[str] = [""]
        self.strikes: set[int] = set()
        self._archive = archive
        self._styles: list[int] = []
        self._texts: list[str | None] = []
        self._struck: set[int] = set()
        self._rows_left = archive.limits.rows
        self._cells_left = archive.limits.cells
        self._member = _main_part(archive)
        self._links = _links(archive, self._member)
        self._sheets = self._read_book()
        self._read_texts()
        self._read_styles()

    def sheets(self) -> list[Sheet]:
        """Return the worksheets, in the order of the tabs."""
        return self._sheets

    def rows(self, sheet: Sheet) -> Iterator[list[bytes]]:
        """Read one sheet; yields batches of encoded rows.

        Merges, hidden columns, comments and the count are filled into `sheet`
        while reading.

        Raises:
            Unreadable: The sheet is damaged or over a limit.
        """
        reader = SheetReader(sheet, self._texts, self._struck, self._styles)
        parser = new_parser()
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.parts.append
        for _ in self._archive.steps(sheet.member, RowLane(parser, reader).parse):
            reader.shorten()
            if reader.lines:
                batch, reader.lines = reader.lines, []
                self._rows_left -= len(batch)
                if self._rows_left < 0:
                    raise Unreadable("too_large", f"有内容的行超过 {self._archive.limits.rows} 行")
                yield batch
            if sheet.non_empty > self._cells_left:
                raise Unreadable("too_large", f"有内容的格超过 {self._archive.limits.cells} 个")
        self._cells_left -= sheet.non_empty
        for kind, target in _links(self._archive, sheet.member).values():
            if kind == "comments" and self._archive.has(target):
                sheet.comments += _comments(self._archive, target)

    def _read_book(self) -> list[Sheet]:
        found: list[Sheet] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            tag = local(name)
            if tag == "workbookPr":
                self.date1904 = attributes.get("date1904") in ("1", "true")
            elif tag == "sheet":
                link = next((value for key, value in attributes.items() if local(key) == "id"), "")
                kind, target = self._links.get(link, ("", ""))
                if kind == "worksheet" and self._archive.has(target):
                    found.append(
                        Sheet(attributes.get("name", "")[:LONGEST_FORMAT], attributes.get("state", "visible") != "visible", target)
                    )

        _walk(self._archive, self._member, start)
        if len(found) > self._archive.limits.sheets:
            raise Unreadable("too_large", f"工作表超过 {self._archive.limits.sheets} 张")
        return found

    def _part(self, kind: str) -> str | None:
        return next((target for found, target in self._links.values() if found == kind and self._archive.has(target)), None)

    def _read_texts(self) -> None:
        member = self._part("sharedStrings")
        if member is None:
            return
        parts: list[str] = []
        pieces: list[str] = []
        state = {"phonetic": False}

        def start(name: str, attributes: dict[str, str]) -> None:
            tag = local(name)
            if tag == "t":
                del parts[:]
            elif tag == "si":
                del pieces[:]
            elif tag == "rPh":
                state["phonetic"] = True
            elif tag == "strike" and attributes.get("val") not in ("0", "false"):
                self._struck.add(len(self._texts))

        def end(name: str) -> None:
            tag = local(name)
            if tag == "t" and not state["phonetic"]:
                pieces.append("".join(parts))
            elif tag == "rPh":
                state["phonetic"] = False
            elif tag == "si":
                self._texts.append(unescape("".join(pieces)))

        _walk(self._archive, member, start, end, parts)

    def _read_styles(self) -> None:
        member = self._part("styles")
        if member is None:
            return
        reader = _StylesReader()
        _walk(self._archive, member, reader.start)
        known: dict[tuple[str, bool], int] = {("", False): 0}
        for number, font in reader.formats_of_cells:
            code = reader.formats.get(number) or BUILTIN_FORMATS.get(number, "")
            look = ("" if code.lower() in ("general", "@", "g/通用格式") else code, font in reader.struck_fonts)
            if look not in known:
                known[look] = len(self.formats)
                self.formats.append(look[0])
                if look[1]:
                    self.strikes.add(known[look])
            self._styles.append(known[look])


class _StylesReader:
    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.formats_of_cells: list[tuple[int, int]] = []
        self.struck_fonts: set[int] = set()
        self._inside = ""
        self._fonts = -1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name) if ":" in name else name
        if tag in _STYLE_PARTS:
            self._inside = tag
        elif tag == "numFmt" and self._inside == "numFmts":
            self.formats[small_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:LONGEST_FORMAT]
        elif tag == "font" and self._inside == "fonts":
            self._fonts += 1
        elif tag == "strike" and self._inside == "fonts" and attributes.get("val") not in ("0", "false"):
            self.struck_fonts.add(self._fonts)
        elif tag == "xf" and self._inside == "cellXfs":
            self.formats_of_cells.append((small_number(attributes.get("numFmtId")), small_number(attributes.get("fontId"))))


def _walk(
    archive: Archive,
    member: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    parts: list[str] | None = None,
) -> None:
    parser = new_parser()
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if parts is not None:
        parser.CharacterDataHandler = parts.append
    for _ in archive.steps(member, parser.Parse):
        if parts and len(parts) > 1:
            parts[:] = ["".join(parts)[: LONGEST_TEXT + 1]]


def _main_part(archive: Archive) -> str:
    if archive.has("_rels/.rels"):
        for kind, target in _links(archive, "").values():
            if kind == "officeDocument" and archive.has(target):
                return target
    if archive.has("xl/workbook.xml"):
        return "xl/workbook.xml"
    raise Unreadable("not_a_workbook")


def _links(archive: Archive, member: str) -> dict[str, tuple[str, str]]:
    folder, _, name = member.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    found: dict[str, tuple[str, str]] = {}
    if not archive.has(rels):
        return found

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, resolve(member, attributes.get("Target", "")))

    _walk(archive, rels, start)
    return found


def _comments(archive: Archive, member: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    parts: list[str] = []
    pieces: list[str] = []
    place: list[str] = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "comment":
            place[0] = attributes.get("ref", "")
            del pieces[:]
        elif tag == "t":
            del parts[:]

    def end(name: str) -> None:
        tag = local(name)
        if tag == "t":
            pieces.append("".join(parts)[:LONGEST_TEXT])
        elif tag == "comment" and len(found) < MOST_REMARKS:
            at = position(place[0])
            if at:
                found.append((*at, "".join(pieces).strip()[:LONGEST_TEXT]))

    _walk(archive, member, start, end, parts)
    return found
