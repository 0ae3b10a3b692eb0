"""重大隐患台账, a section of 问题整改: plan, supervisor, sheet, and what a closing wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QMenu

from services import clock, findings, hazards
from services.exports import deliver, sheets
from services.progress import Progress
from ui.pages.finding_steps import Possible, Steps, possible
from ui.pages.page import Action, Desk
from ui.pages.register import Register, RegisterPage
from ui.tables.cell_look import Mark

DEAL_KEYS, SHEET_KEYS, LETTER_KEYS = "Ctrl+G", "Ctrl+P", "Ctrl+E"
TARGET = "findings/ledger_folder"
_MOST_WORD = 12

LEDGER = Register(
    key="major_ledger",
    title="问题整改",
    help_line="",
    icon="warning",
    listing=hazards.LISTING,
    load=hazards.load,
    save=hazards.save,
    remove=hazards.remove,
    evidence="finding_id",
    noun="重大隐患",
    unit="项",
    new_label="标为重大",
    name_key="hazard",
    hidden=(
        "checked_on",
        "other_standard",
        "major_expert",
        "disposal",
        "fund",
        "recheck_person",
        "rechecked_on",
        "person",
        "town",
        "listed_no",
    ),
    missing=("没有认定重大事故隐患", "在“问题”里选中一条，按 Ctrl+G、M 对照判定标准认定"),
)


class LedgerPage(RegisterPage):
    """The ledger with its steps, sheets and export."""

    def __init__(self, letters: Callable[[], object], desk: Desk, register: Register = LEDGER) -> None:
        """Build steps and sheets around the register.

        Args:
            letters: Writes the 督办单 of what is late.
            desk: What may be used of the window.
            register: The declaration.
        """
        super().__init__(desk, register)
        self.tables = self.tables | frozenset({"evidence"})
        self._lacks: dict[str, tuple[str, ...]] = {}
        self._new_button.hide()
        self.deal_button = self.add_action(Action("办理", self.deal, "caret-down"))
        self.export_button = self.add_action(Action("导出台账", self.export, "export"))
        self.letter_button = self.add_action(Action("督办单", letters, "export"))
        self.sheet_button = self.add_action(Action("挂牌单", self.print_sheets, "export", "primary"))
        self.deal_button.setToolTip(f"选中的：挂牌督办、整改完成、复查、取消重大（{DEAL_KEYS}）")
        self.export_button.setToolTip("xlsx 和 PDF 一起写出")
        self.letter_button.setToolTip(f"逾期的按镇办各写一份督办单（{LETTER_KEYS}）")
        self.sheet_button.setToolTip(f"选中的各写一份重大事故隐患挂牌督办单（{SHEET_KEYS}）")
        for keys, act in ((DEAL_KEYS, self.deal), (SHEET_KEYS, self.print_sheets), (LETTER_KEYS, letters)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def refresh(self) -> None:
        """Ask for rows, and for what each still wants."""
        super().refresh()
        if self.desk.campaign_id is not None:
            self.desk.tasks.query(_lacks, campaign_id=self.desk.campaign_id).then(self._take_lacks)

    def new_record(self) -> None:
        """Say where a major hazard comes from."""
        self.desk.say("重大隐患从问题里认定：在“问题”里选中一条，按 Ctrl+G、M")

    def deal(self) -> None:
        """Offer what is legal for the selected ones."""
        ids = self._chosen()
        if ids:
            self.desk.tasks.query(possible, finding_ids=ids).then(partial(self._offer, ids)).failed(partial(self._trouble, "现在不能办理"))

    def print_sheets(self) -> None:
        """Write a 挂牌督办单 for each selected one."""
        ids, folder = self._chosen(), None
        if ids:
            folder = self._folder()
        if folder is not None:
            job = self.desk.tasks.query(_write_sheets, ids=ids, folder=folder).on_snapshot().with_progress("正在写挂牌单")
            job.then(self._written).failed(partial(self._trouble, "挂牌单没有写成")).start(self)

    def export(self) -> None:
        """Write the ledger as workbook and PDF."""
        folder = self._folder() if self.desk.campaign_id is not None else None
        if folder is not None:
            what = {"campaign_id": self.desk.campaign_id, "folder": folder}
            job = self.desk.tasks.query(_write_ledger, **what).on_snapshot().with_progress("正在导出台账")
            job.then(self._written).failed(partial(self._trouble, "台账没有导出")).start(self)

    def _chosen(self) -> tuple[int, ...]:
        current = self.grid.current_id()
        ids = tuple(self.grid.selected_ids() or ([current] if current is not None else []))
        if not ids:
            self.desk.say("先在台账里选一项")
        return ids

    def _folder(self) -> Path | None:
        kept = str(QSettings().value(TARGET) or "")
        if kept and Path(kept).is_dir():
            return Path(kept)
        chosen = QFileDialog.getExistingDirectory(self, "重大隐患台账和挂牌单存到哪个文件夹")
        if chosen:
            QSettings().setValue(TARGET, chosen)
        return Path(chosen) if chosen else None

    def _offer(self, ids: Sequence[int], found: Possible) -> None:
        name = self._name_of(ids[0])
        short = name if len(name) <= _MOST_WORD else f"{name[:_MOST_WORD]}…"
        steps = Steps(self.desk, self, ids, f"“{short}”" if len(ids) == 1 else f"“{short}”等 {len(ids)} 项")
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(f"办理 {short}")
        menu.addAction("&H　挂牌督办…", partial(steps.hang))
        menu.addAction("&D　整改完成…", partial(steps.mended)).setEnabled("申请复查" in found.verbs)
        menu.addAction("&Y　复查通过…", partial(steps.passed)).setEnabled("复查" in found.verbs)
        menu.addAction("&N　复查不通过…", partial(steps.failed)).setEnabled("复查" in found.verbs)
        menu.addSeparator()
        menu.addAction("&M　取消重大…", partial(steps.unmark))
        button = self.deal_button
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _may_add(self) -> bool:
        return False

    def _take_lacks(self, found: dict[str, tuple[str, ...]]) -> None:
        if found != self._lacks:
            self._lacks = found
            self.model.reload()

    def _marks(self, values: Mapping[str, object]) -> dict[str, Mark]:
        marks = super()._marks(values)
        wanted = self._lacks.get(_name(values), ())
        status = str(values.get("status") or "")
        if status == findings.CLOSED:
            return marks
        if wanted:
            sentence = f"销号还差：{'、'.join(wanted)}；复查人不能只是认定人 {values.get('major_officer') or ''}".rstrip()
            marks["status"] = Mark("soon", sentence, badge=(f"{status}　差 {len(wanted)} 项", "soon"))
        else:
            marks["status"] = Mark("", f"复查人不能只是认定人 {values.get('major_officer') or ''}".rstrip())
        return marks

    def _written(self, paths: Sequence[Path]) -> None:
        self.desk.say(f"已写出 {'、'.join(path.name for path in paths[:2])}{' 等' if len(paths) > 2 else ''}，在 {paths[0].parent}")


def _name(values: Mapping[str, object]) -> str:
    return f"{values.get('enterprise')}\n{values.get('checked_on')}\n{values.get('hazard')}"


def _lacks(session: Any, *, campaign_id: int) -> dict[str, tuple[str, ...]]:
    wanted = hazards.lacks(session, campaign_id=campaign_id)
    return {_name(hazards.load(session, record_id=number)): words for number, words in wanted.items()}


def _write_sheets(session: Any, *, ids: Sequence[int], folder: Path, progress: Progress) -> list[Path]:
    written: list[Path] = []
    for done, number in enumerate(ids):
        row, on = hazards.load(session, record_id=number), clock.today()
        progress(done, len(ids), str(row["enterprise"]))
        report = sheets.listing_sheet(session, finding_id=number, on=on)
        target = folder / f"挂牌督办单_{row['enterprise']}_{number}.docx"
        deliver.deliver_report(report, target, made_at=clock.now())
        written.append(target)
    return written


def _write_ledger(session: Any, *, campaign_id: int, folder: Path, progress: Progress) -> list[Path]:
    today = clock.today()
    printed = sheets.hazard_ledger(session, campaign_id=campaign_id, as_of=today)
    paths = [folder / f"重大事故隐患台账_{today:%Y%m%d}{ending}" for ending in (".xlsx", ".pdf")]
    progress(0, 2, paths[0].name)
    deliver.deliver_workbook(printed, paths[0], made_at=clock.now())
    progress(1, 2, paths[1].name)
    deliver.deliver_pdf(printed, paths[1], made_at=clock.now())
    return paths
