"""Each guard is needed: without it, its proof turns red."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import exc

from services import attachments, backup, migrate, restoring, runs, sealing, store, swapping, undoing
from services.exports import archive
from tests.faults import guards
from tests.faults.mutating import mutated

produce = import_module("services.packages.produce")  # the package has a function of this name

Proof = Callable[[Path], None]
Mutation = Callable[[], AbstractContextManager[object]]


def without(owner: object, name: str, old: str, new: str = "None") -> Mutation:
    """Return the mutation that replaces a piece of one function."""
    return lambda: mutated(owner, name, old, new)  # type: ignore[arg-type]


def pragma(old: str, new: str) -> Mutation:
    """Return the mutation that sets another value."""

    def change() -> AbstractContextManager[object]:
        assert old in store._PRAGMAS
        return mock.patch.object(store, "_PRAGMAS", tuple(new if one == old else one for one in store._PRAGMAS))

    return change


BEGIN = without(store, "_engine", '"BEGIN IMMEDIATE"', '"BEGIN"')
JOURNAL = 'if mode != "truncate" or level < 2:'

GUARDS: list[tuple[str, Proof, Mutation]] = [
    ("export: file flushed", guards.an_exported_file_is_durable, without(archive, "atomic_write", "_flush(temporary)")),
    ("export: name flushed", guards.an_exported_file_is_durable, without(archive, "_put_in_place", "_flush_folder(target.parent)")),
    ("original: file flushed", guards.a_kept_original_is_durable, without(attachments, "keep", "os.fsync(copy.fileno())")),
    ("original: name flushed", guards.a_kept_original_is_durable, without(attachments, "keep", "sync_folder(target.parent)")),
    ("original: folder flushed", guards.a_kept_original_is_durable, without(attachments, "keep", "sync_folder(folder.attachments)")),
    ("backup: copy flushed", guards.a_backup_is_durable, without(backup, "_finish", "sync(partial)")),
    ("backup: sidecar flushed", guards.a_backup_is_durable, without(backup, "_finish", "sync(note)")),
    ("backup: names flushed", guards.a_backup_is_durable, without(backup, "_finish", "sync_folder(folder.backups)")),
    ("package: files flushed", guards.a_package_is_durable, without(archive, "atomic_write", "_flush(temporary)")),
    ("package: names flushed", guards.a_package_is_durable, without(produce, "produce", "sync_folder(target)")),
    ("restore: name flushed", guards.a_restored_database_is_durable, without(swapping, "replace", "sync_folder(folder.root)")),
    ("write: BEGIN IMMEDIATE", guards.two_writers_cannot_begin, BEGIN),
    ("lock", guards.a_second_window_cannot_write, without(store.WriterLock, "__init__", "self._lock.acquire()")),
    (
        "backup: compared",
        guards.a_backup_that_differs_is_not_kept,
        without(backup, "_finish", "if not same or (source is not None and found != source):", "if False:"),
    ),
    ("backup: checked", guards.a_backup_of_damaged_data_is_not_kept, without(backup, "_finish", 'if not found["whole"]:', "if False:")),
    ("workbook: read back", guards.a_wrong_workbook_is_not_kept, without(archive, "atomic_write", "verify(temporary)")),
    ("zip: read back", guards.a_wrong_zip_is_not_kept, without(archive, "_verify_zip", "if found != expected:", "if False:")),
    (
        "migration: foreign keys off",
        guards.a_migration_keeps_every_row,
        without(migrate, "_prepare_database", "foreign_keys=False", "foreign_keys=True"),
    ),
    (
        "migration: rows counted",
        guards.a_migration_that_loses_rows_is_refused,
        without(migrate, "_check_upgrade", "if lost or orphans:", "if 0:"),
    ),
    ("history: live rows", guards.a_changed_row_is_found, without(undoing, "_verified", "_compare_live(session, told, last_of)")),
    ("history: chain", guards.a_changed_record_is_found, without(undoing, "_verified", "!= operation.hash", "== None")),
    (
        "opening: quick_check",
        guards.a_zeroed_page_is_found_at_opening,
        without(migrate, "_require_whole", 'if verdict != "ok":', "if False:"),
    ),
    (
        "opening: seal compared",
        guards.a_changed_row_is_found_at_opening,
        without(sealing, "_answers", "sha256(database) == seal.sha256", "True"),
    ),
    ("opening: history proven", guards.a_changed_row_is_found_at_opening, without(migrate, "_check_history", "undoing.verify(session)")),
    (
        "opening: proven after a kill",
        guards.a_changed_row_is_found_after_a_kill,
        without(migrate, "_check_history", "if changed or", "if changed and"),
    ),
    ("opening: old journal aside", guards.an_old_journal_is_not_played, without(sealing, "look", "swapping.put_journal_aside(folder)")),
    ("form: history proven", guards.a_changed_row_is_never_printed, without(runs, "export_form", "undoing.verify(snapshot)")),
    ("synchronous", guards.the_database_is_set_up_as_designed, pragma("synchronous=FULL", "synchronous=NORMAL")),
    (
        "journal mode",
        guards.the_database_is_set_up_as_designed,
        without(store, "_engine", "PRAGMA journal_mode=TRUNCATE", "PRAGMA journal_mode=DELETE"),
    ),
    ("foreign keys", guards.the_database_is_set_up_as_designed, pragma("foreign_keys=ON", "foreign_keys=OFF")),
    ("busy timeout", guards.the_database_is_set_up_as_designed, pragma("busy_timeout=5000", "busy_timeout=0")),
    ("trusted schema", guards.the_database_is_set_up_as_designed, pragma("trusted_schema=OFF", "trusted_schema=ON")),
    ("cell size check", guards.the_database_is_set_up_as_designed, pragma("cell_size_check=ON", "cell_size_check=OFF")),
    ("cache spill", guards.the_database_is_set_up_as_designed, pragma("cache_spill=OFF", "cache_spill=ON")),
    ("temp store", guards.the_database_is_set_up_as_designed, pragma("temp_store=MEMORY", "temp_store=FILE")),
    ("mmap", guards.the_database_is_set_up_as_designed, pragma("mmap_size=0", "mmap_size=268435456")),
    ("secure delete", guards.the_database_is_set_up_as_designed, pragma("secure_delete=ON", "secure_delete=OFF")),
    ("recursive triggers", guards.the_database_is_set_up_as_designed, pragma("recursive_triggers=ON", "recursive_triggers=OFF")),
]


@pytest.mark.parametrize("proof", dict.fromkeys(proof for _name, proof, _mutation in GUARDS), ids=lambda proof: proof.__name__)
def test_the_proof_is_green(proof: Proof, data: Path) -> None:
    proof(data)


def test_a_spoiled_backup_is_refused(data: Path) -> None:
    # two checks stand behind one another here, so taking out one alone shows nothing
    guards.a_spoiled_backup_is_not_restored(data)
    assert callable(restoring.restore)


@pytest.mark.parametrize(("proof", "mutation"), [one[1:] for one in GUARDS], ids=[one[0] for one in GUARDS])
def test_the_proof_is_red_without_the_guard(proof: Proof, mutation: Mutation, data: Path) -> None:
    with mutation(), pytest.raises((AssertionError, exc.OperationalError)):
        proof(data)
