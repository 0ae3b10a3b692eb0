"""What a register is: the declaration that its page is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.forms import Form, Row
from services import reasons
from services.listing import Listing
from ui.pages.empty import Way
from ui.pages.filter_bar import View
from ui.pages.page import Action

Suggest = Callable[..., list[str]]


@dataclass(frozen=True)
class Register:
    """One register: what it lists, how a record is loaded, saved, removed.

    Attributes:
        key: Machine name of the page.
        title: Title of the page and word in the rail.
        help_line: One line beside the title, without a full stop.
        icon: File name of its icon.
        listing: Form and query; its `table` names the history.
        load: (session, *, record_id) → Row.
        save: (session, *, campaign_id, row, record_id) → id.
        remove: (session, *, record_ids); to the bin.
        noun: What one record is called: 人员, 企业.
        unit: Measure word: 人, 家, 条.
        new_label: Word on the blue button.
        name_key: Column that names a record; the first one if empty.
        suggest: Column key → (session, campaign_id) → words to offer.
        views: Tabs after 全部.
        hidden: Columns hidden at first.
        frozen: Columns that stay at the left.
        per_campaign: Rows belong to the campaign; without one nothing is listed.
        missing: What an empty page says, and why it matters.
        ways: Page → ways in of an empty page, the usual one first.
        actions: Page → extra buttons of the head.
        save_many: (session, *, campaign_id, rows) → ids; takes many new rows at once, where one does not hang on another.
        evidence: What photos and documents of a record hang on, as `services.evidence` names it; "" for none.
    """

    key: str
    title: str
    help_line: str
    icon: str
    listing: Listing
    load: Callable[..., Row]
    save: Callable[..., int]
    remove: Callable[..., object]
    noun: str
    unit: str
    new_label: str
    name_key: str = ""
    suggest: Mapping[str, Suggest] = field(default_factory=dict)
    views: tuple[View, ...] = ()
    hidden: tuple[str, ...] = ()
    frozen: int = 1
    per_campaign: bool = True
    missing: tuple[str, str] = ("", "")
    ways: Callable[[Any], Sequence[Way]] | None = None
    actions: Callable[[Any], Sequence[Action]] | None = None
    save_many: Callable[..., list[int]] | None = None
    evidence: str = ""

    def __post_init__(self) -> None:
        """Let saving notice what asks for a reason."""
        object.__setattr__(self, "save", reasons.guarded(self.form, load=self.load, save=self.save))

    @property
    def form(self) -> Form:
        """Its columns."""
        return self.listing.form
