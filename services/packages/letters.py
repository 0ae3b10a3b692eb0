"""The words that go with a package: covering letter, mail, the cover itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services import checks
from services.exports.word import Report, Section
from services.figures import report_words

if TYPE_CHECKING:
    from services.packages.contents import Contents

LETTER, MAIL, COVER = "报送函", "邮件正文.txt", "报送说明.txt"
_ON_COVER = ("enterprises", "visits", "findings", "major_hazards", "closed", "rectification_rate", "penalty_items", "proposed_cases")
_IN_LETTER = (
    "共检查企业{检查企业}家、{检查家次}家次，发现问题{发现问题}项，其中重大事故隐患{重大事故隐患}项，已整改{已整改}项，拟立案{拟立案}件"
    "（各数的口径见报送说明）。"
)


def letter(contents: Contents, names: Sequence[str]) -> Report:
    """Return the covering letter.

    Args:
        contents: What the package says.
        names: Its files.
    """
    by_key = {figure.key: figure for figure in contents.figures}
    lines = [
        f"现将“{contents.campaign}”材料（{contents.named}）报上，请审阅。",
        report_words.fill(_IN_LETTER, by_key),
    ]
    if contents.difference is not None:
        lines.append(f"与第{contents.difference.earlier}版相比：{contents.difference.words}。")
    return Report(
        title=f"关于报送{_bare(contents.campaign)}材料的函",
        issuer=contents.report.issuer,
        date_text=contents.report.date_text,
        sections=(Section("", tuple(lines)),),
        watermark=contents.report.watermark,
        addressee=f"{contents.recipient or '审理室'}：",
        enclosures=tuple(name.removeprefix(f"附件{number}") for number, name in enumerate(_documents(names), start=1)),
        contact=_contact(contents),
    )


def mail(contents: Contents, names: Sequence[str], *, archive: str) -> str:
    """Return a mail to paste: to whom, subject, body.

    Args:
        contents: What the package says.
        names: Its files.
        archive: Name of the zip to attach.
    """
    lines = [
        f"收件人：{contents.recipient or '审理室'}{f' <{contents.email}>' if contents.email else ''}",
        f"主题：报送{_bare(contents.campaign)}材料（{contents.named}）",
        f"附件：{archive}",
        "",
        f"{contents.recipient or '审理室'}：",
        f"    现报送“{contents.campaign}”材料（{contents.named}），见附件压缩包，内含：",
        *(f"    {number}. {name}" for number, name in enumerate(_documents(names), start=1)),
        "",
        *(f"    {words}" for words in _figures(contents)),
        f"    各数的口径见压缩包里的“{COVER}”。",
    ]
    if contents.difference is not None:
        lines += ["", f"    与第{contents.difference.earlier}版相比：{contents.difference.words}。"]
    lines += ["", "    收到请回复，有退回意见请一并注明。", "", f"{contents.report.issuer}", contents.report.date_text]
    if contents.contact:
        lines.append(_contact(contents))
    return "\n".join(lines) + "\n"


def cover(contents: Contents, files: Sequence[Mapping[str, Any]], *, manifest: str) -> str:
    """Return the cover: files, figures, head of the history, what stays open.

    Args:
        contents: What the package says.
        files: Name, SHA-256 and rows of each.
        manifest: Name of the file with all digests.
    """
    figures = {figure.key: figure for figure in contents.figures}
    open_issues = [check for check in contents.checks if not check.waived and check.level != "I"]
    lines = [
        f"{contents.recipient or '审理室'}：",
        f"现报送“{contents.campaign}”材料（{contents.named}），共 {len(files)} 个文件：",
        *(f"{number}. {name}" for number, name in enumerate(_shortened(str(file["name"]) for file in files), start=1)),
        "",
        "主要数字（括号里是口径）：",
        *(f"{f.name} {'—' if f.value is None else f.value} {f.unit}（{f.definition}）" for f in (figures[key] for key in _ON_COVER)),
        "",
        f"操作记录校验值 {contents.history_head[:16]}；各文件的校验值见 {manifest}。",
    ]
    if contents.difference is not None:
        lines += ["", f"与第{contents.difference.earlier}版相比：{contents.difference.words}。"]
    if open_issues:
        lines += ["", "体检中尚未处理的事项：", *(f"［{checks.LEVELS[c.level]}］{c.place}　{c.message}" for c in open_issues)]
    if contents.waivers:
        lines += ["", "已豁免的规则：", *(f"{rule}：{reason}" for rule, reason in contents.waivers.items())]
    return "\n".join(lines) + "\n"


def _contact(contents: Contents) -> str:
    name, _blank, phone = contents.contact.rpartition(" ")
    if not name:
        return f"联系人：{contents.contact}" if contents.contact else ""
    return f"联系人：{name}，联系电话：{phone}"


def _figures(contents: Contents) -> list[str]:
    by_key = {figure.key: figure for figure in contents.figures}
    return [f"{by_key[key].name}：{'—' if by_key[key].value is None else by_key[key].value} {by_key[key].unit}" for key in _ON_COVER]


def _documents(names: Sequence[str]) -> list[str]:
    """Return the papers among the files, each once: xlsx and pdf of one table are one paper."""
    stems = dict.fromkeys(name.rpartition(".")[0] for name in names if not name.endswith((".json", ".txt")))
    return _shortened(stem for stem in stems if stem not in (LETTER, "数据快照"))


def _shortened(names: Iterable[str]) -> list[str]:
    """Return names with one line for all that lie in a folder of their own, where the first of them stood."""
    inside: dict[str, int] = {}
    listed: list[str] = []
    for name in names:
        folder, found, _own = name.partition("/")
        if not found or folder not in inside:
            listed.append(folder if found else name)
        if found:
            inside[folder] = inside.get(folder, 0) + 1
    return [f"{name}（{inside[name]} 份）" if name in inside else name for name in listed]


def _bare(name: str) -> str:
    return name.removesuffix("实施方案").removesuffix("工作方案").removesuffix("方案")
