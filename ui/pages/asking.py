"""A small form that asks for the day and the reason of a step, then does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from models.forms import Form
from services.errors import Problem
from ui.forms.form_dialog import FormDialog
from ui.pages.page import Desk


def ask(
    desk: Desk,
    owner: QWidget,
    form: Form,
    *,
    label: Callable[[Mapping[str, Any]], str],
    help_line: str,
    call: Callable[..., Any],
    values: Mapping[str, str] | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
    save_label: str = "",
) -> FormDialog:
    """Ask for the fields of a form and run one named command with them.

    What the service refuses is said in the dialog, which stays open.

    Args:
        desk: What the page may use of the window.
        owner: Page that the dialog belongs to.
        form: What is asked.
        label: Row → name of the operation.
        help_line: Whom it concerns and what comes of it.
        call: (session, *, one keyword a field) → anything.
        values: Text that stands in the fields at first.
        suggestions: Words to offer, by field.
        save_label: Word on the blue button; the title of the form if empty.
    """
    dialog = FormDialog(form, help_line=help_line, save_label=save_label or form.title, values=values, parent=owner.window())
    for key, words in (suggestions or {}).items():
        dialog.fields[key].set_suggestions(words)
    dialog.completed.connect(partial(_run, desk, dialog, label, call))
    dialog.open()
    return dialog


def _run(desk: Desk, dialog: FormDialog, label: Callable[[Mapping[str, Any]], str], call: Callable[..., Any], row: dict[str, Any]) -> None:
    done = label(row)

    def refused(problem: Problem) -> None:
        dialog.refuse(f"{problem.message()}{problem.way_out()}", key=getattr(problem, "field", ""))

    def finished(_result: object) -> None:
        dialog.accept()
        desk.say(f"已{done}", undoable=True)

    desk.tasks.command(done, call, **row).then(finished).failed(refused).start(dialog)
