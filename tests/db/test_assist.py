"""Categories and clauses are suggested from earlier findings and dated words."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import Rule
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


@pytest.mark.parametrize(
    ("text", "ranked"),
    [
        # three words against one: the later column of Annex 2 goes before
        ("应急预案没有演练，应急物资过期，通道堆放", ["应急救援类", "作业现场类"]),
        # one telling word against a short one
        ("安全生产责任保险没有续保，存放处无记录", ["安全费用类", "违规存储类"]),
        # the same evidence: in the order of Annex 2
        ("台账、照明", ["设施设备类", "登记报告类"]),
        ("口罩、台账、照明、吊装", ["设施设备类", "作业现场类", "用品标志类"]),
    ],
)
def test_suggestions_stand_by_their_evidence_and_in_the_order_of_the_annex_where_it_is_the_same(
    store: Store, campaign: int, text: str, ranked: list[str]
) -> None:
    with store.read() as session:
        ((*hints,),) = assist.suggest(session, campaign_id=campaign, texts=[text], on=DAY)
    assert [hint.category for hint in hints] == ranked


def test_a_word_that_several_categories_claim_says_less(store: Store, campaign: int) -> None:
    with store.write("词表") as session:
        listed = session.scalars(select(Rule).where(Rule.key.startswith("category_words."), Rule.value.startswith("设施设备类:"))).one()
        listed.value += "|承包|劳务派遣"
    with store.read() as session:
        ((*hints,),) = assist.suggest(session, campaign_id=campaign, texts=["承包处照明、劳务派遣"], on=DAY)
    assert [hint.category for hint in hints] == ["设施设备类", "外来管理类"]
    with store.read() as session:
        ((*hints,),) = assist.suggest(session, campaign_id=campaign, texts=["劳务派遣，吊装口罩台账"], on=DAY)
    assert [hint.category for hint in hints] == ["设施设备类", "外来管理类", "作业现场类"]


def test_words_much_alike_that_the_office_wrote_go_before_any_list(store: Store, campaign: int) -> None:
    text = "安全生产责任保险未购买，安全生产费用、费用台账、工伤保险、安全投入均无"
    with store.write("录入") as session:
        make.finding(session, campaign, hazard=text, category="机构人员类")
    hint = first(store, campaign, text + "预算")
    assert hint is not None
    assert (hint.category, hint.why) == ("机构人员类", "本单位相近的问题 1 条")


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
