"""What a clerk does about a package: waive, receipt, lock, template, extras.

Each act asks for what it needs in one small dialog, and is one named write
that Ctrl+Z takes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from models.forms import Column, Form
from models.kinds import LONG, choice
from services import checks, clock, closing
from services.checks import Check
from services.packages import extras, receipts, templates
from services.packages.extras import Extras
from services.packages.versions import Version
from ui.forms.form_dialog import FormDialog
from ui.pages import asking
from ui.pages.page import Action, Desk, make_button

ONE, ALL = "只这一处", "整条规则"
WAIVER = Form(
    code="waiver",
    title="豁免",
    columns=(
        Column("scope", "豁免什么", choice((ONE, ALL)), required=True, width_mm=30, source="office"),
        Column("reason", "理由（印在报送说明上）", LONG, required=True, width_mm=80, source="office"),
    ),
    source="office",
)
WAIVER_OF_RULE = Form(code="waiver", title="豁免", columns=WAIVER.columns[1:], source="office")
REOPENING = Form(
    code="reopening_campaign",
    title="重新打开",
    columns=(Column("reason", "原因", LONG, required=True, width_mm=80, source="office"),),
    source="office",
)
_DOCX = "Word 文档 (*.docx)"
_EXTRAS = {
    "by_unit": ("各镇办分表", "每个镇办一份附件1、附件2、附件3，只有它自己的行"),
    "public": ("公示名单", "行政处罚和重大事故隐患两张，隐去个人姓名和号码"),
}


def ask_file(parent: QWidget, title: str) -> Path | None:
    """Ask for a docx; None if nothing was chosen."""
    chosen, _kind = QFileDialog.getOpenFileName(parent, title, "", _DOCX)
    return Path(chosen) if chosen else None


def ask_new_file(parent: QWidget, title: str, name: str) -> Path | None:
    """Ask where a docx goes; None if nothing was chosen."""
    chosen, _kind = QFileDialog.getSaveFileName(parent, title, name, _DOCX)
    return Path(chosen) if chosen else None


def waive(desk: Desk, owner: QWidget, check: Check) -> FormDialog | None:
    """Let an issue pass with a reason, or take that back at once."""
    campaign_id = desk.campaign_id
    if campaign_id is None:
        return None
    if check.waived:
        label = f"收回豁免 {check.rule}"
        call = desk.tasks.command(label, _take_back, campaign_id=campaign_id, check=check)
        call.then(lambda _done: desk.say(f"已{label}", undoable=True)).start(owner)
        return None

    def do(session: Any, *, reason: str, scope: str = ALL) -> None:
        uid = check.uid if scope == ONE else ""
        checks.waive(session, campaign_id=campaign_id, rule=check.rule, reason=reason, uid=uid or "")

    form = WAIVER if check.uid else WAIVER_OF_RULE
    values = {"scope": ONE} if check.uid else {}
    return asking.ask(desk, owner, form, label=lambda _row: f"豁免 {check.rule}", help_line=check.message, call=do, values=values)


def take_receipt(desk: Desk, owner: QWidget, version: Version, *, recipient: str) -> FormDialog | None:
    """Record who took a version, or sent it back."""
    campaign_id = desk.campaign_id
    if campaign_id is None:
        return None

    def do(session: Any, **row: Any) -> None:
        receipts.save(session, campaign_id=campaign_id, version=version.number, row=row)

    def label(row: Mapping[str, Any]) -> str:
        return f"登记第{version.number}版{row['outcome']}"

    before = "\n".join(one.words for one in version.receipts)
    values = {"outcome": receipts.TAKEN, "taken_on": clock.today().isoformat(), "unit": recipient}
    return asking.ask(
        desk, owner, receipts.FORM, label=label, help_line=before or f"第 {version.number} 版　{version.name}", call=do, values=values
    )


def change_state(desk: Desk, owner: QWidget, *, state: str, back: bool = False) -> None:
    """Lock an open campaign, close a locked one, open a closed one again.

    Args:
        desk: What the page may use of the window.
        owner: The page.
        state: How the campaign stands now.
        back: Take a locked one back instead.
    """
    if desk.campaign_id is None:
        return
    campaign_id = desk.campaign_id
    if back or state == closing.CLOSED:

        def do(session: Any, *, reason: str) -> None:
            closing.reopen(session, campaign_id=campaign_id, reason=reason)

        said = "重新打开后可以改动；原因记入操作记录"
        asking.ask(desk, owner, REOPENING, label=lambda _row: "重新打开专项行动", help_line=said, call=do)
        return
    label, call = ("锁定专项行动", closing.lock) if state == closing.OPEN else ("结束专项行动", closing.close)
    done = partial(_say, desk, f"已{label}")
    desk.tasks.command(label, call, campaign_id=campaign_id).then(done).start(owner)


def make_extras_button(chosen: Callable[[Extras], None]) -> QPushButton:
    """Return the button whose list turns on what goes with a package.

    Args:
        chosen: Called with the whole choice when a line was turned on or off.
    """
    button = make_button(Action("附送", lambda: None, "plus"))
    button.setToolTip("报送包里另外附什么：各镇办分表、公示名单")
    listed = QMenu(button)
    for key, (word, tip) in _EXTRAS.items():
        line = listed.addAction(word)
        line.setData(key)
        line.setToolTip(tip)
        line.setCheckable(True)
        line.triggered.connect(lambda _on=False: chosen(Extras(**{one.data(): one.isChecked() for one in listed.actions()})))
    listed.setToolTipsVisible(True)
    button.setMenu(listed)
    return button


def show_extras(button: QPushButton, wanted: Extras) -> None:
    """Check the lines that are on; the button says how many."""
    menu = button.menu()
    on = 0
    for line in menu.actions() if menu is not None else ():
        line.setChecked(bool(getattr(wanted, str(line.data()))))
        on += line.isChecked()
    button.setText(f"附送 {on} 项" if on else "附送")


def choose_extras(desk: Desk, owner: QWidget, chosen: Extras) -> None:
    """Keep what goes with packages from now on; the pages follow by themselves."""
    words = [word for key, (word, _tip) in _EXTRAS.items() if getattr(chosen, key)]
    said = f"报送包里附上{'、'.join(words)}" if words else "报送包里不另附材料"
    call = desk.tasks.command("选定附送材料", extras.choose, extras=chosen)
    call.then(partial(_say, desk, said)).start(owner)


def choose_template(desk: Desk, owner: QWidget, store: Any) -> None:
    """Take an office's own template; a broken field is named with its place."""
    path = ask_file(owner, "选一个总结模板")
    if path is not None:
        label = f"换用总结模板“{path.name}”"
        done = partial(_say, desk, f"已{label}")
        desk.tasks.command(label, templates.choose, folder=store.folder, path=path).then(done).start(owner)


def save_template(desk: Desk, owner: QWidget, store: Any) -> None:
    """Write the template in use to a file, to be changed in Word."""
    target = ask_new_file(owner, "总结模板另存为", "总结模板.docx")
    if target is not None:
        job = desk.tasks.work(templates.save_copy, store=store, target=target)
        job.then(lambda _done: desk.say(f"已另存 {target.name}")).start(owner)


def restore_template(desk: Desk, owner: QWidget) -> None:
    """Go back to the shipped template."""
    done = partial(_say, desk, "已恢复自带总结模板")
    desk.tasks.command("恢复自带总结模板", templates.restore).then(done).start(owner)


def _take_back(session: Any, *, campaign_id: int, check: Check) -> None:
    """Take back what lets an issue pass: the waiver of its record, else that of its rule."""
    fitting = [one for one in checks.kept(session, campaign_id=campaign_id) if one.rule == check.rule]
    own = [one for one in fitting if one.uid and (check.uid or "").startswith(one.uid)] or [one for one in fitting if not one.uid]
    for one in own[:1]:
        checks.take_back(session, campaign_id=campaign_id, rule=one.rule, uid=one.uid)


def _say(desk: Desk, words: str, _result: object) -> None:
    desk.say(words, undoable=True)
