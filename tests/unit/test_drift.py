"""Declarations, entities and written files say the same thing.

Each test compares one declaration with one of its consumers, so that neither
can change alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect

from models import Case, Enterprise, Finding, Group, Inspection, Person, Secondment
from models.annexes import CATEGORIES, READABLE, annex_1, annex_2, annex_3
from models.base import Base
from models.forms import Form, Row
from services import cases, clock, enterprises, findings, groups, inspections, people
from services.exports.deliver import deliver_workbook
from services.exports.printed import Printed
from services.imports.desks import DESKS
from services.imports.plan import read_file
from services.imports.worker import Reader
from services.listing import Listing

LISTS = {14: CATEGORIES, 9: tuple(f"第{number}类" for number in "一二三四五六七八九"), 1: ("全部类",)}
TITLES = ("全区工贸企业分片集中执法检查活动情况统计表", "粉尘涉爆企业“回头看”（2024年）专项检查情况统计表")
# keys that another record holds: the value comes by a join
JOINED: dict[str, set[str]] = {
    "people": {"unit", "name", "cert_no", "phone", "group", "state"},
    "groups": {"leader", "officers", "experts"},
    "inspections": {"enterprise", "credit_code", "town", "group", "leader", "officers", "experts"},
    "hazard_list": {"enterprise", "town", "checked_on", "no"},
    "cases": {"enterprise", "town", "findings", "person_party", "proposed", "decided", "paid", "person_proposed", "person_decided"},
}
REGISTERS: list[tuple[Listing, type[Base]]] = [
    (people.LISTING, Secondment),
    (enterprises.LISTING, Enterprise),
    (groups.LISTING, Group),
    (inspections.LISTING, Inspection),
    (findings.LISTING, Finding),
    (cases.LISTING, Case),
]
NAMES = [register.form.code for register, _entity in REGISTERS]


def _row(form: Form) -> Row:
    row: Row = {column.key: None for column in form.columns}
    first = next(column for column in form.columns if column.required)
    return {**row, first.key: "岚桥区瑞丰纺织有限公司" if first.key == "enterprise" else "周砚秋", "findings_total": 0, "penalties": 0}


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("count", LISTS)
def test_the_header_read_back_from_annex_2_is_the_form(tmp_path: Path, count: int, title: str) -> None:
    form = annex_2(title, LISTS[count])
    path = tmp_path / "统计表.xlsx"
    deliver_workbook(Printed(form=form, rows=[_row(form)], label="附件2"), path, made_at=clock.now())
    readable = tuple(form if one.code == form.code else one for one in READABLE)
    with Reader() as reader:
        read = read_file(path, reader=reader, forms=readable)
    assert read.form is not None
    assert (read.form.code, read.form.keys, read.missing_columns) == (form.code, form.keys, ())
    assert set(read.rows[0].values) == set(form.keys)


@pytest.mark.parametrize("form", [annex_1(TITLES[1]), annex_3(TITLES[1], "4月26日")], ids=["annex_1", "annex_3"])
def test_the_header_read_back_from_annex_1_and_3_is_the_form(tmp_path: Path, form: Form) -> None:
    path = tmp_path / "统计表.xlsx"
    deliver_workbook(Printed(form=form, rows=[_row(form)], label="附件"), path, made_at=clock.now())
    readable = tuple(form if one.code == form.code else one for one in READABLE)
    with Reader() as reader:
        read = read_file(path, reader=reader, forms=readable)
    assert read.form is not None
    assert (read.form.code, read.missing_columns) == (form.code, ())


@pytest.mark.parametrize("count", LISTS)
def test_a_list_of_categories_unknown_to_us_is_read_as_the_file_has_it(tmp_path: Path, count: int) -> None:
    form = annex_2(TITLES[0], LISTS[count])
    path = tmp_path / "统计表.xlsx"
    deliver_workbook(Printed(form=form, rows=[_row(form)], label="附件2"), path, made_at=clock.now())
    with Reader() as reader:
        read = read_file(path, reader=reader)
    assert read.form is not None
    assert [key for key in read.form.keys if key.startswith("cat.")] == [f"cat.{name}" for name in LISTS[count]]


@pytest.mark.parametrize(("register", "entity"), REGISTERS, ids=NAMES)
def test_the_columns_of_a_register_are_the_keys_of_its_form(register: Listing, entity: type[Base]) -> None:
    columns = list(register.select(1).selected_columns.keys())
    assert columns[0] == "id"
    keys = list(register.form.keys)
    assert [column for column in columns if column in keys] == keys
    assert register.table == entity.__tablename__
    assert set(register.search) <= set(columns)


@pytest.mark.parametrize(("register", "entity"), REGISTERS, ids=NAMES)
def test_every_key_of_a_register_is_an_attribute_or_comes_by_a_join(register: Listing, entity: type[Base]) -> None:
    attributes = {column.key for column in inspect(entity).columns}
    joined = JOINED.get(register.form.code, set())
    assert set(register.form.keys) - attributes <= joined
    assert joined <= set(register.form.keys)


@pytest.mark.parametrize(("register", "entity"), REGISTERS, ids=NAMES)
def test_a_required_key_can_never_be_null(register: Listing, entity: type[Base]) -> None:
    columns = {column.key: column for column in inspect(entity).columns}
    joined = JOINED.get(register.form.code, set())
    for column in register.form.columns:
        if column.key in joined:
            continue
        if column.required:
            assert not columns[column.key].nullable, column.key


def test_what_is_required_by_a_join_can_never_be_null() -> None:
    for entity, key in (
        (Person, "name"),
        (Secondment, "person_id"),
        (Inspection, "enterprise_id"),
        (Finding, "inspection_id"),
        (Case, "enterprise_id"),
    ):
        assert not inspect(entity).columns[key].nullable, (entity, key)


def test_a_value_that_the_database_demands_is_required_or_given_by_the_service() -> None:
    given = {"hazard_list": {"level", "penalty", "status"}, "inspections": {"state"}, "cases": {"procedure", "stage"}}
    for register, entity in REGISTERS:
        columns = {column.key: column for column in inspect(entity).columns}
        demanded = {
            column.key
            for column in register.form.columns
            if column.key in columns and column.key not in JOINED.get(register.form.code, set()) and not columns[column.key].nullable
        }
        required = {column.key for column in register.form.columns if column.required}
        assert demanded - required == given.get(register.form.code, set()), register.form.code


def test_every_readable_form_of_a_campaign_has_a_way_in() -> None:
    registers = {"personnel", "enterprises", "groups", "inspections", "hazard_list", "cases"}
    received = {"case_stats", "inspection_stats", "major_hazards", "confined_space", "town_summary"}
    assert registers | received == set(DESKS)
    for code, desk in DESKS.items():
        assert desk.foreign <= set(desk.listing.form.keys), code
    assert {form.code for form in READABLE} >= set(DESKS)
