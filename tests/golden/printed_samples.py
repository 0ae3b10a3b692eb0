"""Tables to print: invented rows in the official forms."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from models.annexes import CATEGORIES, annex_1, annex_2, annex_3
from models.forms import Row
from services.exports.printed import Printed

MADE_AT = datetime(2023, 4, 25, 16, 8, tzinfo=timezone(timedelta(hours=8)))
FACTS = (("填报单位", "岚桥区柳溪镇安环办"), ("填报人", "周样例"), ("联系电话", "19900012345"), ("填报日期", "2023年4月25日"))
LONG_NAME = "岚桥区柳溪镇样例精密机械装备制造与再生资源综合利用高新技术产业发展（集团）有限责任公司第三铸造分公司热处理车间一分厂样例"
TOWNS = ("柳溪镇", "石坪镇", "双汊镇")


def annex_2_rows(count: int, categories: tuple[str, ...] = CATEGORIES, *, name: str = "") -> list[Row]:
    """Return visits whose findings add up."""
    rows: list[Row] = []
    for index in range(count):
        found = {f"cat.{category}": (index + place) % 3 for place, category in enumerate(categories)}
        row: Row = {"enterprise": name or f"岚桥区样例{index:02d}号铸造有限公司", "town": TOWNS[index % 3], **found}
        row |= {"findings_total": sum(found.values()), "penalties": index % 2}
        rows.append(row)
    return rows


def printed_annex_1(*names: str) -> Printed:
    """Return Annex 1 with these people."""
    rows: list[Row] = [
        {
            "name": name,
            "unit_position": "岚桥区柳溪镇安环办科员",
            "cert_no": "03703020001",
            "phone": f"199000000{index:02d}",
            "remark": None,
        }
        for index, name in enumerate(names)
    ]
    return Printed(annex_1(), rows, "附件1", FACTS)


def printed_annex_2(count: int, categories: tuple[str, ...] = CATEGORIES, *, name: str = "", total: bool = False) -> Printed:
    """Return Annex 2 with so many visits."""
    form = annex_2("岚桥区安全生产分片集中执法检查活动情况统计表", categories)
    return Printed(form, annex_2_rows(count, categories, name=name), "附件2", FACTS, total=total)


def printed_annex_3(*fen: int, violation: str = "特种作业人员未持证上岗") -> Printed:
    """Return Annex 3 with a case for each amount."""
    rows: list[Row] = [
        {"enterprise": f"样例{index}公司", "violation": violation, "town": TOWNS[0], "amount": amount, "progress": "已立案"}
        for index, amount in enumerate(fen)
    ]
    return Printed(annex_3(due="4月26日"), rows, "附件3")
