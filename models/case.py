"""Penalty cases, their parties, dated amounts, and the findings behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record, Sourced


class Case(Record, Sourced, Base):
    """A penalty case (案件).

    Attributes:
        procedure: 普通程序 (行政处罚法 第五十四条) or 简易程序 (第五十一条); only the former
            stands in Annex 3 (its 填表说明 1).
        stage: Where it stands; `progress` adds words of the office.
        no_amount_reason: Why no amount is known yet.
        case_no: Number of the filing; None while it is 预立案.
        cause: Title of the case (案由); `broken_clause`: the duty that was broken.
        handlers: Names of the officers who handle it.
        violated_on: Day of the violation; decides which penalty clause applies.
        held_on, held_settled_on: Evidence registered and kept (先行登记保存), and disposed of.
        sealed_on, sealed_until, unsealed_on: Sealing or seizure (查封扣押).
        investigated_on: Investigation ended. reviewed_on: Legal review (法制审核).
        hearing_asked_on, hearing_told_on, heard_on: The hearing: asked for, announced, held.
        discussed_on: Decided upon collectively. extended_on, decide_by: The approved extension of the term.
        served_on, service: Service of the decision, and how. pay_by: Deferred day of payment.
        urged_on, court_on: Reminder before enforcement, application to the court.
        transferred_on: Handed to the police or another department.
        notice_no, review_no: Numbers of 告知书 and 法制审核意见书. publish_url: Where it was made public.
        outcome: How it ended, as in `models.ledgers.OUTCOMES`.
    """

    __tablename__ = "penalty_case"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    violation: Mapped[str] = mapped_column(Text)
    procedure: Mapped[str]
    stage: Mapped[str]
    progress: Mapped[str | None]
    no_amount_reason: Mapped[str | None]
    filed_on: Mapped[date | None]
    notified_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    decision_no: Mapped[str | None]
    paid_on: Mapped[date | None]
    published_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    case_no: Mapped[str | None]
    cause: Mapped[str | None]
    broken_clause: Mapped[str | None]
    handlers: Mapped[list[Any] | None]
    violated_on: Mapped[date | None]
    held_on: Mapped[date | None]
    held_settled_on: Mapped[date | None]
    sealed_on: Mapped[date | None]
    sealed_until: Mapped[date | None]
    unsealed_on: Mapped[date | None]
    investigated_on: Mapped[date | None]
    notice_no: Mapped[str | None]
    hearing_asked_on: Mapped[date | None]
    hearing_told_on: Mapped[date | None]
    heard_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    review_no: Mapped[str | None]
    discussed_on: Mapped[date | None]
    extended_on: Mapped[date | None]
    decide_by: Mapped[date | None]
    served_on: Mapped[date | None]
    service: Mapped[str | None]
    pay_by: Mapped[date | None]
    urged_on: Mapped[date | None]
    court_on: Mapped[date | None]
    transferred_on: Mapped[date | None]
    publish_url: Mapped[str | None]
    outcome: Mapped[str | None]
    remark: Mapped[str | None]


class CaseParty(Record, Base):
    """Who is penalised: the enterprise or persons (一案双罚 has both).

    Attributes:
        kind: "unit" or "person".
        post: What the person is in the enterprise.
        clause: Penalty clause, the key of a rule `fine_limit.*`; None if none is chosen.
    """

    __tablename__ = "case_party"

    case_id: Mapped[int] = mapped_column(ForeignKey("penalty_case.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    post: Mapped[str | None]
    clause: Mapped[str | None]


class CaseAmount(Record, Base):
    """An amount as it stood from a day on; never overwritten, only followed.

    Attributes:
        kind: "proposed", "notified", "decided" or "paid".
        fen: Amount in fen (1/100 yuan).
        on: Day it was set.
        document_no: Notice, decision or receipt that says so.
    """

    __tablename__ = "case_amount"

    party_id: Mapped[int] = mapped_column(ForeignKey("case_party.id"), index=True)
    kind: Mapped[str]
    fen: Mapped[int]
    on: Mapped[date]
    document_no: Mapped[str | None]


class CaseFinding(Record, Base):
    """A finding that a case rests on."""

    __tablename__ = "case_finding"

    case_id: Mapped[int] = mapped_column(ForeignKey("penalty_case.id"), index=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
