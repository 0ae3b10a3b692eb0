"""History: every change recorded, undone, redone, and proven whole."""

from __future__ import annotations

import sqlite3
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from models import Case, Enterprise, Finding, RowChange
from services import enterprises, findings, history, inspections, undoing
from services.errors import HistoryBroken, NothingToUndo, UndoConflict
from services.progress import Cancelled
from services.store import Store
from tests import make


def _rows(number: int) -> list[dict[str, object]]:
    return [{"name": f"岚桥区第{n}号铸造厂", "name_key": f"第{n}号", "search_text": f"第{n}号", "town": "柳溪镇"} for n in range(number)]


def _count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Enterprise)) or 0


def test_an_import_of_5000_rows_is_one_undoable_operation(store: Store) -> None:
    with store.write("导入企业名录（5000 行）") as session:
        history.bulk_insert(session, Enterprise, _rows(5000))
    assert _count(store) == 5000
    with store.write("撤销") as session:
        undone = undoing.undo(session)
    assert (undone.label, undone.rows, _count(store)) == ("导入企业名录（5000 行）", 5000, 0)
    with store.write("重做") as session:
        undoing.redo(session)
    assert _count(store) == 5000
    with store.snapshot() as session:
        assert undoing.verify(session).operations == 3


def test_undo_and_redo_walk_back_and_forth(store: Store) -> None:
    with store.write("录入企业") as session:
        number = make.enterprise(session)
    with store.write("改镇办") as session:
        row = enterprises.load(session, record_id=number)
        enterprises.save(session, row={**row, "town": "石坪镇"}, record_id=number)

    def town() -> str | None:
        with store.read() as session:
            found = session.get(Enterprise, number)
            return found.town if found else None

    def step(verb: object) -> None:
        with store.write("走一步") as session:
            verb(session)  # type: ignore[operator]

    seen = [town()]
    for verb in (undoing.undo, undoing.undo, undoing.redo, undoing.redo, undoing.undo, undoing.redo):
        step(verb)
        seen.append(town())
    assert seen == ["石坪镇", "柳溪镇", None, "柳溪镇", "石坪镇", "柳溪镇", "石坪镇"]
    with pytest.raises(NothingToUndo):
        step(undoing.redo)
    with store.read() as session:
        undoing.verify(session)


def test_a_new_change_ends_the_row_of_redos(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.write("录入另一家") as session:
        make.enterprise(session, name="岚桥区金盾泵业有限公司", credit_code=None)
    with pytest.raises(NothingToUndo), store.write("重做") as session:
        undoing.redo(session)


def test_undo_survives_a_restart(store: Store) -> None:
    from services import migrate  # noqa: PLC0415 - opened a second time on purpose

    with store.write("录入企业") as session:
        make.enterprise(session)
    store.close()
    with migrate.open_store(store.folder.root, operator="丁海波") as again:
        with again.write("撤销") as session:
            assert undoing.undo(session).label == "录入企业"
        assert _count(again) == 0


def test_a_failed_undo_names_the_row_that_changed_since(store: Store) -> None:
    with store.write("录入企业") as session:
        number = make.enterprise(session)
        first = history.recorder_of(session).operation_id
    with store.write("改镇办") as session:
        session.get_one(Enterprise, number).town = "石坪镇"
    with pytest.raises(UndoConflict) as refused, store.write("撤销") as session:
        undoing.undo(session, operation_id=first)
    assert refused.value.fields["label"] == "录入企业"
    assert "瑞丰纺织" in str(refused.value.fields["row"])
    assert refused.value.fields["changed"] == "镇办"
    with store.read() as session:
        assert session.get_one(Enterprise, number).town == "石坪镇"


def test_undo_of_a_delete_brings_parent_and_children_back(store: Store) -> None:
    with store.write("准备") as session:
        campaign = make.campaign(session)
        make.enterprise(session)
        visit = make.visit(session, campaign)
        finding = make.finding(session, campaign)
        make.case(session, campaign)
    with store.write("删案件") as session:
        case = session.scalars(select(Case)).one()
        from services import cases  # noqa: PLC0415 - used once

        cases.remove(session, record_ids=[case.id])
        findings.remove(session, record_ids=[finding])
        inspections.remove(session, record_ids=[visit])
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.read() as session:
        assert session.get_one(Finding, finding).deleted_at is None
        assert undoing.verify(session).operations == 3


def _tamper(store: Store, statement: str) -> None:
    raw = sqlite3.connect(store.folder.database)
    for trigger in ("operation_no_update", "operation_no_delete", "row_change_no_update", "row_change_no_delete"):
        raw.execute(f"DROP TRIGGER {trigger}")
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute(statement)
    raw.commit()
    raw.close()


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE operation SET operator='别人' WHERE id=2", 2),
        ("UPDATE row_change SET after=replace(after,'石坪','双汊') WHERE operation_id=2", 2),
        ("DELETE FROM row_change WHERE operation_id=3", 3),
        ("DELETE FROM operation WHERE id=2", 2),
        ("UPDATE enterprise SET town='双汊镇' WHERE id=1", 3),
        ("DELETE FROM enterprise WHERE id=1", 3),
        ("UPDATE operation SET hash=(SELECT hash FROM operation WHERE id=1) WHERE id=3", 3),
    ],
    ids=["operator", "change", "changes-gone", "operation-gone", "live-row", "live-row-gone", "hash"],
)
def test_tampered_history_is_found_at_the_first_bad_entry(store: Store, statement: str, first_bad: int) -> None:
    with store.write("录入企业") as session:
        number = make.enterprise(session)
    for town in ("石坪镇", "青崖镇"):
        with store.write(f"改到{town}") as session:
            session.get_one(Enterprise, number).town = town
    _tamper(store, statement)
    with pytest.raises(HistoryBroken) as broken, store.read() as session:
        undoing.verify(session)
    assert broken.value.fields["number"] == first_bad


def test_history_rows_cannot_be_changed_by_mistake(store: Store) -> None:
    with store.write("录入企业") as session:
        make.enterprise(session)
    raw = sqlite3.connect(store.folder.database)
    try:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute("DELETE FROM row_change")
    finally:
        raw.close()


def test_a_cancelled_import_leaves_nothing(store: Store) -> None:
    def import_and_cancel() -> None:
        with store.write("导入企业名录") as session:
            history.bulk_insert(session, Enterprise, _rows(700))
            raise Cancelled

    with pytest.raises(Cancelled):
        import_and_cancel()
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(RowChange)) == 0


def test_an_id_is_never_used_twice(store: Store) -> None:
    with store.write("录入企业") as session:
        first = make.enterprise(session)
    with store.write("撤销") as session:
        undoing.undo(session)
    with store.write("批量录入") as session:
        again = history.bulk_insert(session, Enterprise, _rows(1))
    assert again[0] > first


def test_ten_times_the_rows_cost_at_most_twelve_times_the_work(store: Store) -> None:
    def seconds(number: int) -> float:
        best = 9.0
        for _attempt in range(3):
            started = time.perf_counter()
            with store.write("导入") as session:
                history.bulk_insert(session, Enterprise, _rows(number))
            best = min(best, time.perf_counter() - started)
        return best

    seconds(200)
    assert seconds(10_000) <= 12 * max(seconds(1_000), 0.02)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.one_of(st.none(), st.integers(), st.text(max_size=8), st.booleans())))
def test_the_canonical_text_does_not_depend_on_the_order_of_keys(values: dict[str, object]) -> None:
    assert history.canonical(values) == history.canonical(dict(reversed(list(values.items()))))
