"""The worker process: what it makes of any file, and what happens if it dies."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from docx import Document

from services.errors import FileMissing
from services.imports import worker
from services.imports.raw import REASONS, RawBook, Rejection
from services.imports.worker import Reader, collect
from tests.workbooks import rows_xml, sheet_xml, write

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name in names:
            packed.writestr(name, "内容")
    return held.getvalue()


def plain_book(path: Path) -> Path:
    return write(path, sheet_xml(rows_xml([["甲", 1], ["乙", 2]])))


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("空.xlsx", b"", "empty_file"),
    "a zip of photos": ("照片.xlsx", zipped("照片/一.txt"), "not_a_workbook"),
    "a rar": ("打包.xlsx", b"Rar!\x1a\x07\x00", "not_a_workbook"),
    "a Word file called xlsx": ("人员.xlsx", zipped("word/document.xml"), "is_docx"),
    "an ods": ("表.ods", zipped("content.xml"), "unsupported_format"),
    "half a zip": ("半个.xlsx", zipped("xl/workbook.xml")[:60], "corrupt"),
    "noise": ("乱码.xlsx", bytes(range(128, 256)) * 20, "corrupt"),
    "encrypted": ("密.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password_protected"),
    "old Word": ("说明.doc", OLE + "WordDocument".encode("utf-16-le"), "unsupported_format"),
    "an xls that does not open": ("旧.xls", OLE, "legacy_xls"),
    "a pdf": ("表.pdf", b"%PDF-1.7\n", "unsupported_format"),
    "a web page without a table": ("页.xls", b"<html><body>no</body></html>", "html_not_workbook"),
    "a mail page": ("页.xls", b"MIME-Version: 1.0\n", "html_not_workbook"),
}


@pytest.mark.parametrize(("name", "data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_files_that_are_no_table_are_refused_with_a_way_out(reader: Reader, tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    answer = reader.read(path)
    assert isinstance(answer, Rejection), answer
    assert answer.reject_code == code
    assert name in answer.message
    assert "请" in answer.message


def test_every_reject_code_has_a_sentence_with_a_way_out() -> None:
    assert all("请" in sentence for sentence in REASONS.values())


TABLES: dict[str, tuple[str, bytes]] = {
    "UTF-8": ("表.csv", "姓名,电话\n周砚,19900000101\n".encode()),
    "UTF-8 with mark": ("表.csv", "姓名,电话\n周砚,19900000101\n".encode("utf-8-sig")),
    "GBK": ("表.csv", "姓名,电话\r\n周砚,19900000101\r\n".encode("gbk")),
    "UTF-16, tabs": ("表.txt", "姓名\t电话\n周砚\t19900000101\n".encode("utf-16")),
    "semicolons": ("表.csv", "姓名;电话\n周砚;19900000101\n".encode()),
    "kept zeros": ("表.csv", '姓名,电话\n周砚,"=""19900000101"""\n'.encode()),
    "web page": ("表.xls", "<html><table><tr><th>姓名<th>电话</tr><tr><td>周<b>砚</b></td><td>19900000101</table>".encode()),
}


@pytest.mark.parametrize(("name", "data"), TABLES.values(), ids=TABLES.keys())
def test_tables_in_text_are_read(reader: Reader, tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    book = reader.read(path)
    assert isinstance(book, RawBook), book
    assert [list(row.cells.values()) for row in book.sheets[0].rows()] == [["姓名", "电话"], ["周砚", "19900000101"]]


def test_spans_of_a_web_page_are_merges(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "表.html"
    path.write_text("<table><tr><td rowspan=2>甲<td colspan=2>乙<tr><td>丙<td>丁</table>", encoding="utf-8")
    book = reader.read(path)
    assert isinstance(book, RawBook)
    assert [row.cells for row in book.sheets[0].rows()] == [{0: "甲", 1: "乙"}, {1: "丙", 2: "丁"}]
    assert book.sheets[0].merges == [(1, 0, 2, 0), (1, 1, 1, 2)]


def test_tables_of_a_word_file_are_read(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "表.docx"
    document = Document()
    document.add_paragraph("抽调执法人员统计表")
    table = document.add_table(3, 2)
    for place, text in {(0, 0): "姓名", (0, 1): "电话", (1, 0): "周砚", (1, 1): "19900000101", (2, 1): "19900000102"}.items():
        table.cell(*place).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.save(str(path))
    book = reader.read(path)
    assert isinstance(book, RawBook), book
    assert book.sheets[0].above == ["抽调执法人员统计表"]
    assert [row.cells for row in book.sheets[0].rows()][1:] == [{0: "周砚", 1: "19900000101"}, {1: "19900000102"}]
    assert book.sheets[0].merges == [(2, 0, 3, 0)]


def test_one_worker_reads_the_whole_batch(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "表.xlsx")
    with Reader() as reader:
        assert all(isinstance(reader.read(path), RawBook) for _ in range(3))
        running = [child for child in psutil.Process().children() if "services.imports.foreign" in " ".join(child.cmdline())]
        assert len(running) >= 1
        mine = reader.process_id
    assert mine is not None
    assert not psutil.pid_exists(mine)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with Reader() as reader, pytest.raises(FileMissing):
        reader.read(tmp_path / "没有.xlsx")


def test_a_worker_that_died_is_replaced(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "表.xlsx")
    with Reader() as reader:
        assert isinstance(reader.read(path), RawBook)
        dead = reader.process_id
        assert dead is not None
        psutil.Process(dead).kill()
        answer = reader.read(path)
        assert isinstance(answer, RawBook)
        assert reader.process_id != dead


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = write(tmp_path / "大.xlsx", sheet_xml(rows_xml([["甲"] * 26] * 60_000)))
    with Reader(wall_seconds=0.05) as reader:
        answer = reader.read(path)
        assert isinstance(answer, Rejection)
        assert answer.reject_code == "too_large"


def test_a_worker_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    path = write(tmp_path / "大.xlsx", sheet_xml(rows_xml([["甲"] * 26] * 60_000)))
    with Reader(memory_bytes=1 << 20) as reader:
        answer = reader.read(path)
        assert isinstance(answer, Rejection)
        assert "内存" in answer.message


def test_lines_that_end_too_early_are_no_book(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    assert collect(path, [b'{"is": "book", "kind": "xlsx", "date1904": false}\n']) is None
    assert collect(path, [b"no json\n"]) is None


def test_rows_survive_a_second_reader_that_kills_the_process(tmp_path: Path) -> None:
    book = collect(tmp_path / "表.xlsx", [b'{"is": "book", "kind": "xlsx", "date1904": false}\n', b'{"is": "read", "non_empty": 0}\n'])
    assert isinstance(book, RawBook)


def test_the_worker_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIFATAI_SECRET", "密")
    with Reader() as reader:
        reader.read(plain_book(tmp_path / "表.xlsx"))
        process = psutil.Process(reader.process_id)
        assert "ZHIFATAI_SECRET" not in process.environ()
        assert "ZHIFATAI_SECRET" in os.environ


def test_the_frozen_program_is_its_own_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert worker.command()[1:] == [worker.WORKER_FLAG]


def test_what_is_hashed_is_what_was_read_and_no_copy_stays(tmp_path: Path) -> None:
    first, second = tmp_path / "一.csv", tmp_path / "二.csv"
    first.write_text("姓名,手机号码\n周砚秋,19900000001\n", encoding="utf-8")
    second.write_text("姓名,手机号码\n石一,19900000002\n", encoding="utf-8")
    before = hashlib.sha256(second.read_bytes()).hexdigest()
    with Reader() as reader:
        one = reader.read(first, following=second)
        second.write_text("换了内容\n", encoding="utf-8")
        two = reader.read(second)
        folder = reader._spool._folder
        assert folder is not None
        assert list(Path(folder.name).iterdir()) == []
    assert isinstance(one, RawBook)
    assert isinstance(two, RawBook)
    assert two.sha256 == before
    assert "石一" in [value for row in two.sheets[0].rows() for value in row.cells.values()]
    assert not Path(folder.name).exists()


def test_another_file_than_the_one_announced_is_read_right(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.csv" for name in ("一", "二", "三")]
    for path in paths:
        path.write_text(f"姓名,手机号码\n{path.stem}甲,19900000001\n", encoding="utf-8")
    with Reader() as reader:
        reader.read(paths[0], following=paths[1])
        book = reader.read(paths[2], following=tmp_path / "没有.csv")
    assert isinstance(book, RawBook)
    assert "三甲" in [value for row in book.sheets[0].rows() for value in row.cells.values()]
