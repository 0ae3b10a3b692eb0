"""What the clerk decides about rows of an import, by key, button or typing."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from services.imports.planned import Choice
from ui.imports.host import Host
from ui.imports.rows import Shown, answer, can_be_new
from ui.imports.words import words_of
from ui.imports.work import doubtful, replan


class Deciding(QObject):
    """Turns keys and buttons into choices; each choice is planned again."""

    def __init__(self, wizard: Host, parent: QObject) -> None:
        """Listen to the rows of a wizard."""
        super().__init__(parent)
        self._wizard = wizard
        grid, strip = wizard.pane.grid, wizard.pane.strip
        grid.taken.connect(self.accept)
        grid.rows.typed.connect(self.type)
        grid.switched.connect(self.switch)
        grid.picked.connect(self.pick)
        grid.dropped.connect(self.drop)
        strip.decided.connect(self.decide)
        strip.taken.connect(self.accept)
        wizard.tasks.query(words_of, campaign_id=wizard.campaign_id).then(wizard.pane.offer_words)
        wizard.pane.accept_all.clicked.connect(lambda _checked=False: self.accept_all())

    def accept(self, one: Shown) -> None:
        """Take a row as it is, and go on to the next that asks for something."""
        wizard, state = self._wizard, self._wizard.current()
        if state is None or one.planned is None or wizard.busy:
            return
        if one.outcome == "look" and doubtful(one.planned):
            state.accepted.add(one.planned.ref)
            wizard.refresh()
            wizard.follow()
            self.next_trouble()
        elif one.outcome == "look":
            wizard.pane.strip.focus_editor()
        else:
            self.next_trouble()

    def accept_all(self) -> None:
        """Take all doubtful rows of the chosen file as they are."""
        wizard, state = self._wizard, self._wizard.current()
        if state is not None and not wizard.busy:
            state.accepted |= {row.ref for row in state.waiting if doubtful(row)}
            wizard.refresh()
            wizard.follow()
            wizard.pane.grid.setFocus()

    def decide(self, one: Shown, choice: Choice) -> None:
        """Answer for a row; it is planned again."""
        wizard, state = self._wizard, self._wizard.current()
        if state is None or one.planned is None or wizard.planned is None or wizard.busy:
            return
        state.accepted.discard(one.planned.ref)
        job = wizard.tasks.work(
            replan, store=wizard.store, before=wizard.planned, choices={state.path: {one.planned.ref: choice}}
        ).in_background()
        wizard.start(job.then(wizard.take))

    def type(self, one: Shown, key: str, text: str) -> None:
        """Take what was typed in place of a cell."""
        if one.planned is not None:
            self.decide(one, replace(one.planned.choice, mended={**one.planned.choice.mended, key: text}))

    def switch(self, one: Shown, key: str) -> None:
        """Take the other of old and new value."""
        if one.planned is not None and key in one.planned.changes:
            self.decide(one, replace(one.planned.choice, keep=one.planned.choice.keep ^ {key}))

    def drop(self, one: Shown) -> None:
        """Leave a row out, or take it in again."""
        if one.planned is not None:
            self.decide(one, replace(one.planned.choice, write=not one.planned.choice.write))

    def pick(self, one: Shown, digit: int) -> None:
        """Say which candidate a row is; 0 for none of them."""
        if one.planned is None:
            return
        candidates = one.planned.candidates
        if digit == 0 and can_be_new(one):
            self.decide(one, replace(one.planned.choice, new=True, record_id=None))
        elif 0 < digit <= len(candidates):
            self.decide(one, answer(one, candidates[digit - 1]))

    def next_trouble(self) -> None:
        """Go to the next row that asks for something; after the last to 写入."""
        wizard = self._wizard
        if wizard.pane.grid.go_to_trouble():
            wizard.pane.grid.setFocus()
            return
        waiting = [state.path for state in wizard.states if state.group == "look"]
        order = [item.key for item in wizard.files.items() if item.key in waiting]
        here = wizard.files.current()
        following = order[order.index(here) + 1 :] if here in order else order
        if following:
            wizard.files.choose(following[0])
            wizard.pane.take_focus()
        elif wizard.foot.go.isEnabled():
            wizard.foot.go.setFocus()
