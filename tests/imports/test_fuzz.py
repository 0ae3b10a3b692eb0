"""Mutated files: read or refused with a sentence; no exception, little memory."""

from __future__ import annotations

import io
import random
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from services.imports.raw import RawBook, Rejection
from services.imports.reading import read_form
from services.imports.worker import Reader
from services.store import Store
from tests.imports.drafts import planted, sheets
from tests.imports.writing import read_back, save

SECONDS = 6.0
_LONGEST_SECONDS = 60
_MORE_BYTES = 300 << 20
_TOKENS = (
    b"<",
    b">",
    b'"',
    b"&amp;",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"</row>",
    b'r="XFD1048576"',
    b't="s"',
    b"<v>1e999</v>",
    b"\x00",
    b"\xff\xfe",
    b"9" * 500,
)


def seeds(folder: Path) -> list[bytes]:
    """Sound files to begin with."""
    grids = sheets(planted("hazard_list", 4, random.Random(1)))
    return [save(grids, folder, kind).read_bytes() for kind in ("xlsx", "xls", "csv-gbk", "html", "docx")]


def mutated(data: bytes, pick: random.Random) -> bytes:
    """Spoil the bytes; in an archive sometimes a member before it is packed again."""
    if data[:2] == b"PK" and pick.random() < 0.7:
        return _repacked(data, pick)
    spoiled = bytearray(data)
    for _ in range(pick.randint(1, 12)):
        place = pick.randrange(len(spoiled))
        way = pick.random()
        if way < 0.5:
            spoiled[place] = pick.randrange(256)
        elif way < 0.7:
            del spoiled[place : place + pick.randint(1, 200)]
        elif way < 0.9:
            spoiled[place:place] = pick.choice(_TOKENS)
        else:
            spoiled += spoiled[place : place + 300]
        if not spoiled:
            return b""
    return bytes(spoiled)


def _repacked(data: bytes, pick: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = pick.choice(names)
        for name in names:
            content = source.read(name)
            if name == chosen:
                if pick.random() < 0.1:
                    continue
                content = mutated(content, pick) if content else content
            target.writestr(f"../{name}" if name == chosen and pick.random() < 0.05 else name, content)
    return out.getvalue()


def test_no_spoiled_file_gets_past_the_reader(tmp_path: Path) -> None:
    pick = random.Random(2023)
    begun = seeds(tmp_path)
    path = tmp_path / "来表.xlsx"
    until, count = time.monotonic() + SECONDS, 0
    before = psutil.Process().memory_info().rss
    # The library of .xls may end its process: the worker is there for that.
    with Reader() as reader:
        while time.monotonic() < until:
            path.write_bytes(mutated(pick.choice(begun), pick))
            started = time.monotonic()
            book = reader.read(path)
            assert isinstance(book, RawBook | Rejection)
            read = read_form(book)
            assert read.rows or read.message or read.skipped
            read.as_json()
            assert time.monotonic() - started < _LONGEST_SECONDS
            count += 1
    assert count > 20
    assert psutil.Process().memory_info().rss - before < _MORE_BYTES


def test_the_worker_goes_on_with_the_batch_and_the_data_stay_as_they_are(tmp_path: Path, store: Store) -> None:
    pick = random.Random(7)
    begun = seeds(tmp_path)
    data = store.folder.database.read_bytes()
    with Reader() as reader:
        for number in range(12):
            path = tmp_path / f"{number}.xlsx"
            path.write_bytes(mutated(pick.choice(begun), pick))
            assert isinstance(reader.read(path), RawBook | Rejection)
            if number == 5:
                psutil.Process(reader.process_id).kill()
        good = tmp_path / "good.xlsx"
        good.write_bytes(begun[0])
        assert len(read_form(reader.read(good)).rows) == 4
    assert store.folder.database.read_bytes() == data


@pytest.mark.parametrize("text", ["=1+1", "+86", "-配电箱", "@周砚", '=HYPERLINK("x")'])
def test_text_that_looks_like_a_formula_is_kept_as_text(tmp_path: Path, text: str) -> None:
    draft = planted("case_stats", 2, random.Random(1))
    draft.records[0].cells["violation"] = text
    row = read_back(save(sheets(draft), tmp_path, "xlsx")).rows[0]
    assert row.values["violation"] == text
    assert [flag.code for flag in row.flags] == ["formula_like_text"]
