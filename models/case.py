"""Penalty cases, their parties, dated amounts, and the findings behind them."""

from __future__ import annotations

from datetime import date

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
    remark: Mapped[str | None]


class CaseParty(Record, Base):
    """Who is penalised: the enterprise or a person (一案双罚 has both)."""

    __tablename__ = "case_party"

    case_id: Mapped[int] = mapped_column(ForeignKey("penalty_case.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]


class CaseAmount(Record, Base):
    """An amount as it stood from a day on; never overwritten, only followed.

    Attributes:
        kind: "proposed", "decided" or "paid".
        fen: Amount in fen (1/100 yuan).
        on: Day it was set.
    """

    __tablename__ = "case_amount"

    party_id: Mapped[int] = mapped_column(ForeignKey("case_party.id"), index=True)
    kind: Mapped[str]
    fen: Mapped[int]
    on: Mapped[date]


class CaseFinding(Record, Base):
    """A finding that a case rests on."""

    __tablename__ = "case_finding"

    case_id: Mapped[int] = mapped_column(ForeignKey("penalty_case.id"), index=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
