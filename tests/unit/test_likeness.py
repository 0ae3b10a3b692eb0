"""Names of enterprises that may be one: region with and without its suffix."""

from __future__ import annotations

import pytest

from services.imports.likeness import Names, one_name


@pytest.mark.parametrize("other", ["岚桥样例机械厂", "岚桥区样例机械有限公司", "样例机械厂"])
def test_a_region_with_or_without_its_suffix_makes_one_name(other: str) -> None:
    assert one_name("岚桥区样例机械有限公司", other)
    names = Names([(1, {"name": "岚桥区样例机械有限责任公司"})])
    assert [found.place for found, _why, _score in names.near({"name": other})] == [1]


def test_another_region_is_another_name() -> None:
    assert not one_name("岚桥区样例机械有限公司", "柳溪样例机械厂")
    assert Names([(1, {"name": "岚桥区样例机械有限公司"})]).near({"name": "柳溪样例机械厂"}) == []
