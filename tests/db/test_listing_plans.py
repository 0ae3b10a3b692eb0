"""How SQLite finds what a grid shows: by an index, not by looking at every row."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services import enterprises, findings, inspections, listing
from services.listing import Listing
from services.store import Store
from tests import make


@pytest.fixture
def filled(store: Store, campaign: int) -> int:
    with store.write("准备") as session:
        make.finding(session, campaign)
    return campaign


def plan(session: Session, query: Any) -> str:
    compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(str(row[3]) for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))


@pytest.mark.parametrize(("shown", "table"), [(findings.LISTING, "finding"), (inspections.LISTING, "inspection")])
def test_a_page_anywhere_is_found_by_its_keys(store: Store, filled: int, shown: Listing, table: str) -> None:
    with store.read() as session:
        rows = listing._table(shown, filled, by_id=True)
        told = plan(session, select(rows).where(rows.c.id.in_([1, 2, 3])))
    assert f"SEARCH {table} USING INTEGER PRIMARY KEY" in told


@pytest.mark.parametrize(
    ("shown", "sort"),
    [
        (enterprises.LISTING, "grade"),
        (enterprises.LISTING, "-employees"),
        (enterprises.LISTING, "checked_district"),
        (inspections.LISTING, "checked_on"),
        (inspections.LISTING, "platform_no"),
        (findings.LISTING, "due"),
        (findings.LISTING, "category"),
        (findings.LISTING, "checked_on"),
    ],
)
def test_the_first_page_is_read_in_the_order_of_an_index(store: Store, filled: int, shown: Listing, sort: str) -> None:
    scope = None if shown is enterprises.LISTING else filled
    with store.read() as session:
        rows, query = listing._narrowed(shown, scope, "", None, sort=sort)
        told = plan(session, listing._ordered(query.with_only_columns(rows.c.id), rows, shown, sort).limit(100))
    # From the last to the first, rows of one value are put in order among themselves.
    assert f"USE TEMP B-TREE{' FOR ORDER BY' if sort.startswith('-') else ''}" not in told, told


def test_what_nobody_asks_for_is_not_joined(store: Store, filled: int) -> None:
    with store.read() as session:
        rows, query = listing._narrowed(inspections.LISTING, filled, "", None, sort="document_no")
        told = plan(session, listing._ordered(query.with_only_columns(rows.c.id), rows, inspections.LISTING, "document_no"))
    assert "enterprise" not in told


def test_findings_by_day_are_the_same_rows_as_by_any_other_column(store: Store, filled: int) -> None:
    with store.read() as session:
        by_day = listing.ids(session, findings.LISTING, scope=filled)
        assert sorted(by_day) == sorted(listing.ids(session, findings.LISTING, scope=filled, sort="due"))
        binned = listing.ids(session, findings.LISTING.bin, scope=filled)
        assert len(binned) == 0
