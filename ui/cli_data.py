"""Commands about the data as a whole: restore, verify, salvage, move, report.

They work through `services.rescue` and its neighbours, also on data that do
not open. `ui.cli` adds them to its own with one call. No Qt here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from services import backup, diagnostics, migrate, moving, rescue, selftest, settings, upkeep
from services.errors import NoOperator, StorageTrouble
from services.paths import DataFolder, default_data_folder
from services.progress import Progress
from services.store import Store
from ui import cli_output as output

DONE, REFUSED = 0, 1
_SHOWN = 10


class Options(Protocol):
    """The global options of this call, as `ui.cli` keeps them."""

    data_dir: Path | None
    json: bool
    operator: str | None


class Opener(Protocol):
    """Opens the store that the options name."""

    def __call__(self, *, write: bool = False) -> AbstractContextManager[Store]:
        """Return the open store."""


@dataclass(frozen=True)
class _Desk:
    """What the commands need of the command line."""

    options: Options
    store: Opener

    @property
    def root(self) -> Path:
        """The data folder."""
        return self.options.data_dir or default_data_folder()

    def progress(self) -> AbstractContextManager[Progress]:
        """Show how far long work is."""
        return output.progress_bar(as_json=self.options.json)

    def say(self, document: object, lines: Callable[[], Iterable[str]]) -> None:
        """Put the outcome on standard output."""
        output.say(document, lines, as_json=self.options.json)

    def operator(self) -> str:
        """Return who works: as said now, or as the data know.

        Raises:
            NoOperator: Neither says it.
        """
        if self.options.operator:
            return self.options.operator
        try:
            with migrate.open_store(self.root, writable=False) as store, store.read() as session:
                stored = settings.load(session).operator
        except StorageTrouble:
            stored = ""
        if not stored:
            raise NoOperator
        return stored


def add_to(app: typer.Typer, options: Options, store: Opener) -> None:
    """Add the commands to the command line."""
    desk = _Desk(options, store)
    _add_restoring(app, desk)
    _add_checking(app, desk)
    _add_rest(app, desk)


def _add_restoring(app: typer.Typer, desk: _Desk) -> None:
    @app.command("restore")
    def restore(
        file: Annotated[Path, typer.Argument(help="备份文件（.sqlite，旁边有同名 .json）")],
        apply: Annotated[bool, typer.Option("--apply", help="恢复；不加只看会怎样")] = False,
    ) -> int:
        """Say what restoring a backup would change; with --apply do it."""
        offer = rescue.offer(desk.root, backup=file)
        document = {"schema": "restore/1", **_offer_json(offer), "applied": apply}
        lines = list(_offer_lines(offer))
        if apply:
            with desk.progress() as progress:
                done = rescue.restore(desk.root, backup=file, operator=desk.operator(), progress=progress)
            document |= {"aside": str(done.aside) if done.aside else None, "counts": done.counts}
            lines.append(f"已恢复。恢复前的数据保留在：{done.aside}" if done.aside else "已恢复。")
        else:
            lines.append("加 --apply 才会恢复；恢复前现在的数据会先保留一份")
        desk.say(document, lambda: lines)
        return DONE

    @app.command("salvage")
    def salvage() -> int:
        """Save what can be read of damaged data into a new database."""
        with desk.progress() as progress:
            done = rescue.salvage(desk.root, operator=desk.operator(), progress=progress)
        document = {
            "schema": "salvage/1",
            "aside": str(done.aside) if done.aside else None,
            "rows": done.rows,
            "lost": done.lost,
            "history_kept": done.history_kept,
        }
        desk.say(document, lambda: _salvage_lines(done))
        return DONE


def _add_checking(app: typer.Typer, desk: _Desk) -> None:
    @app.command("verify-data")
    def verify_data() -> int:
        """Check file, relations, history, attachments and backups in depth."""
        with desk.store() as store, desk.progress() as progress:
            report = upkeep.check(store, progress=progress)
        desk.say(report.as_json(), lambda: [f"{'✓' if one.ok else '✗'} {one.title}：{one.sentence}" for one in report.items])
        return DONE if report.ok else REFUSED

    @app.command("try-backup")
    def try_backup(file: Annotated[Path, typer.Argument(help="备份文件；不动现在的数据")]) -> int:
        """Restore a backup into a folder that is thrown away, and check it there."""
        verdict = backup.try_out(file)
        document = {
            "schema": "try-backup/1",
            "path": str(file),
            "ok": verdict.ok,
            "sentence": verdict.sentence,
            "counts": verdict.counts,
            "operations": verdict.operations,
        }
        desk.say(document, lambda: [verdict.sentence, _counts_line(verdict.counts)])
        return DONE if verdict.ok else REFUSED

    @app.command("self-test")
    def self_test() -> int:
        """Carry the sample campaign through in a temporary folder."""
        document = selftest.run()
        desk.say(document, lambda: _self_test_lines(document))
        return DONE if document["ok"] else REFUSED


def _add_rest(app: typer.Typer, desk: _Desk) -> None:
    @app.command("diagnostics")
    def make_diagnostics(out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个 .zip")]) -> int:
        """Write a bundle for whoever mends the program, without personal data."""
        try:
            with desk.store() as store:
                path = diagnostics.bundle(store, out)
        except StorageTrouble:
            with Store(DataFolder(desk.root)) as store:  # damaged or not: the bundle says what it finds
                path = diagnostics.bundle(store, out)
        desk.say({"schema": "diagnostics/1", "path": str(path)}, lambda: [f"已写出 {path}（不含姓名、企业和电话）"])
        return DONE

    @app.command("move-data")
    def move_data(target: Annotated[Path, typer.Argument(help="新的数据文件夹；要是空的")]) -> int:
        """Move the whole data folder; the old one is kept under another name."""
        with desk.progress() as progress:
            moved = moving.move(desk.root, target, operator=desk.options.operator, progress=progress)
        document = {"schema": "move-data/1", "path": str(moved.root), "aside": str(moved.aside), "files": moved.files}
        desk.say(document, lambda: [f"数据已搬到 {moved.root}", f"原来的文件夹改名为 {moved.aside}，核对无误后可以自行删除"])
        return DONE


def _offer_json(offer: rescue.Offer) -> dict[str, Any]:
    later = offer.operations
    steps = (
        [{"id": s.id, "at": s.at.isoformat(timespec="seconds"), "operator": s.operator, "label": s.label} for s in later.steps]
        if later
        else []
    )
    return {
        "path": str(offer.path),
        "made_at": offer.made_at.isoformat(timespec="seconds"),
        "reason": offer.reason,
        "counts": offer.counts,
        "difference": offer.difference,
        "unknown": list(offer.unknown),
        "operations_lost": later.count if later else None,
        "operations": steps,
    }


def _offer_lines(offer: rescue.Offer) -> Iterator[str]:
    yield f"备份 {offer.made_at:%Y-%m-%d %H:%M}（{offer.reason}）：{_counts_line(offer.counts)}"
    if offer.difference:
        yield "现在比备份：" + "，".join(f"{name} {number:+d}" for name, number in offer.difference.items())
    if offer.unknown:
        yield f"现在的数据里数不出来的：{'、'.join(offer.unknown)}"
    if offer.operations is None:
        yield "现在的数据读不出备份之后做过什么"
        return
    yield f"恢复后会失去备份之后的 {offer.operations.count} 条操作"
    for step in offer.operations.steps[:_SHOWN]:
        yield f"　{step.at:%m-%d %H:%M}　{step.operator}　{step.label}"
    if offer.operations.count > _SHOWN:
        yield f"　……还有 {offer.operations.count - _SHOWN} 条"


def _salvage_lines(done: rescue.Salvaged) -> Iterator[str]:
    yield f"已读出：{_counts_line(done.rows)}"
    yield f"丢失：{_counts_line(done.lost)}" if done.lost else "没有发现丢失的记录"
    yield "操作记录完整保留" if done.history_kept else "操作记录读不全，从这里重新开始"
    if done.aside:
        yield f"原来的文件保留在：{done.aside}"


def _self_test_lines(document: Mapping[str, Any]) -> Iterator[str]:
    for step in document["steps"]:
        yield f"{'✓' if step['ok'] else '✗'} {step['title']}　{step['seconds']} 秒{'　' + step['message'] if 'message' in step else ''}"
    yield f"{'自检通过' if document['ok'] else '自检没有通过'}，{document['seconds']} 秒"


def _counts_line(counts: Mapping[str, int]) -> str:
    return "，".join(f"{name} {number}" for name, number in counts.items() if number) or "没有记录"
