"""Categories and clauses are suggested from earlier findings and dated words."""

from __future__ import annotations

from datetime import date

import pytest

from services import assist, findings, listing
from services.store import Store
from tests import make

DAY = date(2023, 4, 12)


@pytest.fixture
def campaign(store: Store) -> int:
    with store.write("建立专项行动") as session:
        made = make.campaign(session)
        make.group(session, made)
        make.enterprise(session)
        make.visit(session, made)
    return made


def first(store: Store, campaign_id: int, text: str) -> assist.Hint | None:
    with store.read() as session:
        (hints,) = assist.suggest(session, campaign_id=campaign_id, texts=[text], on=DAY)
    return hints[0] if hints else None


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("砂轮机未装防护罩", "设施设备类"),
        ("成品库应急照明灯不亮", "应急救援类"),
        ("冲床旁没有警示标志", "用品标志类"),
        ("没有新员工培训记录", "培训教育类"),
        ("隐患排查没有记录", "风险隐患类"),
        ("特种作业证过期", "证件证书类"),
        ("没有建立有限空间台账", "登记报告类"),
        ("有限空间作业无人监护", "作业现场类"),
        ("氧气瓶、乙炔瓶混放，无防倾倒措施", "违规存储类"),
        ("动火审批制度没有建立", "规章制度类"),
        ("动火作业未审批", "作业现场类"),
        ("没有和外来施工单位签安全管理协议", "外来管理类"),
        ("安全费用没有提取", "安全费用类"),
        ("没有配备专职安全管理人员", "机构人员类"),
    ],
)
def test_the_traps_of_the_fourteen_categories_are_known(store: Store, campaign: int, text: str, category: str) -> None:
    hint = first(store, campaign, text)
    assert hint is not None
    assert (hint.category, hint.why, hint.checked) == (category, assist.LIST, "待核")
    assert hint.basis.startswith("《安全生产法》第")
    assert all(word in text for word in hint.words)


def test_what_the_office_wrote_before_speaks_first_and_brings_its_clause(store: Store, campaign: int) -> None:
    with store.write("录入") as session:
        for _ in range(2):
            make.finding(session, campaign, hazard="砂轮机未装防护罩", category="作业现场类", basis="《机械安全》GB/T 8196")
    same, alike = first(store, campaign, "1. 砂轮机未装防护罩"), first(store, campaign, "砂轮机未装防护罩。二车间")
    assert same is not None
    assert (same.category, same.why, same.basis) == ("作业现场类", "本单位同样的问题 2 条", "《机械安全》GB/T 8196")
    assert alike is not None
    assert (alike.category, alike.why) == ("作业现场类", "本单位相近的问题 2 条")


def test_only_categories_of_the_campaign_are_offered_and_nothing_is_stored(store: Store) -> None:
    with store.write("建立专项行动") as session:
        made = make.campaign(session, categories=["设施设备类", "其他类"])
    assert first(store, made, "新员工没有培训记录") is None
    assert first(store, made, "天气很好") is None
    hint = first(store, made, "砂轮机未装防护罩，新员工没有培训")
    assert hint is not None
    assert hint.category == "设施设备类"
    with store.read() as session:
        assert listing.count(session, findings.LISTING, scope=made) == 0


def test_before_the_list_was_valid_it_says_nothing(store: Store, campaign: int) -> None:
    with store.read() as session:
        assert assist.suggest(session, campaign_id=campaign, texts=["砂轮机未装防护罩"], on=date(2020, 1, 1)) == [()]
