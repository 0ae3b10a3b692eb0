"""What a version rests on, frozen: readable without this program.

Each package carries its data as JSON and as one workbook. The JSON is kept in
the data folder under its hash too, so that the next version can say what it
changed even if the first folder is long gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Package
from models.forms import Column
from services import attachments
from services.errors import Missing
from services.exports.printed import Printed
from services.paths import DataFolder

JSON_NAME, XLSX_NAME = "数据快照.json", "数据快照.xlsx"
SCHEMA = "package-snapshot/1"
_FEN_PER_YUAN = 100


def document(head: Mapping[str, Any], tables: Sequence[Printed]) -> dict[str, Any]:
    """Return the snapshot as JSON: each table with its columns and rows.

    Args:
        head: Campaign, version, day, totals, head of the history.
        tables: What the package shows, and the registers behind it.
    """
    listed = [
        {
            "code": one.form.code,
            "title": one.form.title,
            "label": one.label,
            "columns": [_named(column) for column in one.form.columns],
            "rows": [[_plain(column, row.get(column.key)) for column in one.form.columns] for row in one.rows],
        }
        for one in tables
    ]
    return {"schema": SCHEMA, **head, "tables": listed}


def text(frozen: Mapping[str, Any]) -> str:
    """Return the snapshot as the file holds it: a row on a line."""
    head = json.dumps({key: value for key, value in frozen.items() if key != "tables"}, ensure_ascii=False, indent=1)
    tables = []
    for table in frozen["tables"]:
        rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in table["rows"])
        fixed = json.dumps({key: value for key, value in table.items() if key != "rows"}, ensure_ascii=False)
        tables.append(f'{fixed[:-1]}, "rows": [\n{rows}\n]}}')
    body = ",\n".join(tables)
    return f'{head[:-2]},\n "tables": [\n{body}\n]}}\n'


def of_version(session: Session, *, folder: DataFolder, campaign_id: int, version: int | None = None) -> dict[str, Any] | None:
    """Return the frozen data of a version, the newest if none is named.

    Args:
        session: Session of a read or a snapshot.
        folder: Where frozen data is kept.
        campaign_id: Which campaign.
        version: Its number.

    Returns:
        None where there is no version yet, or an old one without frozen data.

    Raises:
        Missing: There is no version of this number.
    """
    query = select(Package).where(Package.campaign_id == campaign_id, Package.deleted_at.is_(None)).order_by(Package.version.desc())
    if version is not None:
        query = query.where(Package.version == version)
    found = session.scalars(query.limit(1)).first()
    if found is None:
        if version is not None:
            raise Missing(what="报送包", name=f"第{version}版")
        return None
    sha256 = next((str(file["sha256"]) for file in found.files if file["name"] == JSON_NAME), "")
    place = attachments.place(folder, sha256) if sha256 else None
    if place is None or not place.is_file():
        return None
    frozen: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return frozen


def _named(column: Column) -> dict[str, str]:
    named = {"key": column.key, "title": column.title.replace("\n", "")}
    return {**named, "unit": "元"} if column.kind.editor == "amount" else named


def _plain(column: Column, value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        yuan = Decimal(value) / _FEN_PER_YUAN
        return (int(yuan) if yuan == yuan.to_integral_value() else float(yuan)) if column.kind.editor == "amount" else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [str(part) for part in value]
    return value if isinstance(value, float) else str(value)
