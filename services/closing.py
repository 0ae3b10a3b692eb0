"""A campaign is handed in, locked, closed; and opened again with a reason.

Open → locked (handed in: changes only as 补报, with a reason) → closed (no
changes). What that means for a write is `services.locking`'s affair.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Campaign, Package
from services import history, reasons, records
from services.errors import Refused
from services.locking import CLOSED, LOCKED, OPEN

__all__ = ["CLOSED", "LOCKED", "OPEN", "WORDS", "NothingHandedIn", "WrongState", "close", "lock", "reopen", "state_of"]

WORDS = {OPEN: "进行中", LOCKED: "已锁定", CLOSED: "已结束"}


class NothingHandedIn(Refused):
    """A campaign without a package cannot be locked."""

    code = "nothing_handed_in"
    template = "还没有报送过，不能{verb}。"
    mend = "先生成报送包；不再办的专项行动可以移入回收站。"


class WrongState(Refused):
    """A campaign is not in the state that this needs."""

    code = "wrong_campaign_state"
    template = "“{name}”{state}，不能{verb}。"
    mend = "在报送打包的版本一栏看现在到了哪一步。"


def state_of(session: Session, *, campaign_id: int) -> str:
    """Return open, locked or closed.

    Raises:
        Missing: There is no such campaign.
    """
    return records.get(session, Campaign, campaign_id).state


def lock(session: Session, *, campaign_id: int) -> None:
    """Let a campaign take changes only as 补报 from now on.

    Raises:
        NothingHandedIn: There is no version yet.
        WrongState: It is locked or closed already.
    """
    campaign = _in_state(session, campaign_id, (OPEN,), "锁定")
    if session.scalar(select(Package.id).where(Package.campaign_id == campaign_id, Package.deleted_at.is_(None)).limit(1)) is None:
        raise NothingHandedIn(verb="锁定")
    campaign.state = LOCKED
    history.describe(session, label=f"锁定“{campaign.name}”")


def close(session: Session, *, campaign_id: int) -> None:
    """Close a campaign that was handed in; it takes no more changes.

    Raises:
        WrongState: It is not locked.
    """
    campaign = _in_state(session, campaign_id, (LOCKED,), "结束")
    campaign.state = CLOSED
    history.describe(session, label=f"结束“{campaign.name}”")


def reopen(session: Session, *, campaign_id: int, reason: str | None) -> None:
    """Take a campaign one step back: closed → locked, locked → open.

    Args:
        session: Session of a write.
        campaign_id: Which campaign.
        reason: Why; stands in the history.

    Raises:
        ReasonNeeded: Nobody says why.
        WrongState: It is open.
    """
    campaign = _in_state(session, campaign_id, (LOCKED, CLOSED), "重新打开")
    reasons.notice(session, (f"{campaign.name}：{WORDS[campaign.state]} → 重新打开",))
    reasons.require(session, reason=reason)
    campaign.state = LOCKED if campaign.state == CLOSED else OPEN
    history.describe(session, label=f"重新打开“{campaign.name}”")


def _in_state(session: Session, campaign_id: int, states: tuple[str, ...], verb: str) -> Campaign:
    campaign = records.get(session, Campaign, campaign_id)
    if campaign.state not in states:
        raise WrongState(name=campaign.name, state=WORDS.get(campaign.state, campaign.state), verb=verb)
    return campaign
