"""One campaign from a folder of files: the whole main job without a window.

Everything goes through the same services as a clerk's click: the notice's
facts make the campaign, every form is read in the worker, planned and
applied, then figures, pre-flight and the package follow.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from services import backup, campaigns, checks, clock, figures, packages, rules, settings, undoing, unfinished, workdays
from services.errors import FileTrouble, Problem, Refused
from services.importing import (
    FileChanged,
    Step,
    apply,
    apply_batch,
    backed_up_after,
    blank_form,
    import_all,
    plan_file,
    plan_files,
    plan_read,
    replan,
    return_copy,
)
from services.packages import prose
from services.progress import Progress, silent
from services.store import Store

__all__ = [
    "DEMO_WORKDAYS", "FileChanged", "NoNotice", "NoUnitNames", "NotAFolder", "NotReadable", "Run", "Step", "apply", "apply_batch",
    "backed_up_after", "blank_form", "export_form", "import_all", "make_package", "plan_file", "plan_files", "plan_read", "replan",
    "return_copy", "run_folder",
]  # fmt: skip
DEMO_WORKDAYS = 4
_UNIT_TITLES = {
    "名称": "name", "单位": "name", "单位名称": "name", "报送单位": "name", "镇办": "name",
    "类型": "kind", "类别": "kind", "别名": "aliases", "简称": "aliases", "应报人数": "nominees", "人数": "nominees",
}  # fmt: skip
_SEND_NOBODY = ("监察室",)
_NO_FORMS = frozenset({"thumbs.db", "desktop.ini"})
_TEXT_CODES = ("utf-8-sig", "gb18030")


class NoNotice(Refused):
    """The folder has nothing to make a campaign from."""

    code = "no_notice"
    template = "文件夹“{path}”里没有 campaign.json，不知道是哪次专项行动。{notice}"
    mend = "把方案要点写成 campaign.json 放进去（名称、阶段、时限、附件标题）。"


class NotReadable(FileTrouble):
    """A file of the folder cannot be understood."""

    code = "file_not_readable"
    mend = "改正这个文件（文字另存为 UTF-8）后再试。"


class NoUnitNames(Refused):
    """The list of reporting units has no column of names."""

    code = "no_unit_names"
    template = "“{path}”里没有“name”（或“名称”）这一列，读不出报送单位。"
    mend = "第一行写表头 name,kind,aliases,nominees，下面一行一个单位。"


class NotAFolder(Refused):
    """The path is no folder."""

    code = "not_a_folder"
    template = "“{path}”不是文件夹。"
    mend = "选定装有方案、名录和来表的文件夹。"


@dataclass
class Run:
    """What a run did.

    Attributes:
        package: The package that was made; None if pre-flight blocked it.
        blocked: Why there is none.
    """

    campaign: str
    uid: str
    steps: list[Step]
    figures: list[figures.Figure]
    breakdowns: dict[str, Any]
    issues: list[checks.Check]
    package: packages.Made | None
    blocked: Problem | None

    def as_json(self) -> dict[str, Any]:
        """Return the run/1 document."""
        return {
            "schema": "run/1",
            "campaign": {"uid": self.uid, "name": self.campaign},
            "steps": [
                {"name": s.name, "file": s.file, "outcome": s.outcome, "counts": s.counts}
                | ({"message": said} if (said := s.message or "；".join(s.notes)) else {})
                | ({"disagree": s.named} if s.named else {})
                for s in self.steps
            ],
            "figures": figures.as_json(self.figures, self.breakdowns),
            "issues": checks.as_json(self.issues)["issues"],
            "package": self.package.as_json() if self.package else None,
            **({"problem": self.blocked.as_json()} if self.blocked else {}),
        }


def run_folder(
    store: Store,
    *,
    source: Path,
    target: Path,
    as_of: date | None = None,
    draft: bool = False,
    demo: bool = False,
    progress: Progress = silent,
) -> Run:
    """Carry a campaign from a folder of files to its package.

    Args:
        store: Open, writable.
        source: campaign.json, units.csv, registry/, forms/, report.txt.
        target: Folder for the package.
        as_of: Day the figures stand on; today if not given.
        draft: Make a draft although pre-flight blocks.
        demo: Let the data stand on a 演示日期, four working days before the package is due.
        progress: Told after each file.

    Raises:
        NotAFolder, NoNotice, NoUnitNames, BadNotice, CampaignExists: Nothing was written.
        StorageTrouble, FileTrouble: A step could not be written.
    """
    if not source.is_dir():
        raise NotAFolder(path=str(source))
    facts, listed, written = _facts(source), list(_units(source)), _prose(source)
    packages.require_target(target)
    with store.write(f"建立专项行动（{facts.get('name') or '无名称'}）") as session:
        rules.sync(session)
        campaign = campaigns.create(session, facts=facts)
        units = campaigns.set_units(session, campaign_id=campaign.id, units=listed)
        campaign.prose = written
        if demo and campaign.report_due:
            day = workdays.before(campaign.report_due, DEMO_WORKDAYS)
            settings.save(session, settings=replace(settings.load(session), demo_date=day))
        campaign_id, name, uid = campaign.id, campaign.name, campaign.uid
    with store.read() as session:
        clock.set_demo_date(settings.load(session).demo_date)
    steps = [Step("建立专项行动", "campaign.json", "done", {"units": units})]
    steps += import_all(store, paths=_forms(source), campaign_id=campaign_id, progress=progress)
    if (source / "draw").is_dir():
        steps.append(
            Step("读取抽取记录", "draw", "refused", {}, "抽取记录没有读：这一版不做抽取；抽到的企业请在检查记录里写任务来源“双随机”")
        )
    day = as_of or clock.today()
    with store.snapshot() as snapshot:
        known = figures.collect(snapshot, campaign_id=campaign_id, as_of=day)
        computed = figures.all_figures(snapshot, known)
        broken_down = figures.breakdowns(snapshot, known)
        issues = checks.run(snapshot, campaign_id=campaign_id, as_of=day, facts=known)
    package, blocked = None, None
    try:
        package = make_package(store, campaign_id=campaign_id, target=target, as_of=day, draft=draft, progress=progress)
    except packages.Blocked as problem:
        blocked = problem
    return Run(name, uid, steps, computed, broken_down, issues, package, blocked)


def make_package(
    store: Store,
    *,
    campaign_id: int,
    target: Path,
    as_of: date | None = None,
    waivers: Mapping[str, str] | None = None,
    draft: bool = False,
    extras: packages.Extras | None = None,
    progress: Progress = silent,
) -> packages.Made:
    """Make the package from a snapshot and freeze it as a version.

    `extras` are what goes with it; what the office chose if not given.

    Raises:
        Blocked: Pre-flight stands in the way; nothing was written.
        HistoryBroken: A row differs from its history; nothing was written.
        FileTrouble, StorageTrouble: Nothing is left behind.
    """
    with store.snapshot() as snapshot:
        undoing.verify(snapshot, progress=progress)  # a damaged row must never reach a report
        contents = packages.gather(
            snapshot,
            campaign_id=campaign_id,
            operator=store.operator or "",
            as_of=as_of,
            waivers=waivers,
            draft=draft,
            folder=store.folder,
            extras=extras,
        )
    if draft or not checks.blocking(contents.checks):
        backup.at(store, "draft" if draft else "package")
    made: packages.Made | None = None
    try:
        made = packages.produce(contents, target=target, data=store.folder, progress=progress)
        packages.keep_frozen(store.folder, made=made)
        with store.write(f"生成报送包（{'草稿' if draft else f'第{contents.version}版'}）") as session:
            packages.record(session, made=made)
    except BaseException:
        if made is not None:
            _discard_unless_recorded(store, made)
            unfinished.end(store.folder, made.noted)
        raise
    unfinished.end(store.folder, made.noted)
    return made


def _discard_unless_recorded(store: Store, made: packages.Made) -> None:
    # stopped right after the commit, the version stands and its files must stay
    with store.read() as session:
        stands = packages.recorded(session, made=made)
    if not stands:
        packages.discard(made)


def export_form(store: Store, *, campaign_id: int, key: str, target: Path) -> int:
    """Write one annex or register as xlsx or pdf; return how many rows.

    What is printed was proven against the history just before, however well the file was found at opening.

    Raises:
        UnknownForm: There is no form of this key.
        HistoryBroken: A row differs from its history; nothing was written.
        FileTrouble: It cannot be written.
    """
    with store.snapshot() as snapshot:
        undoing.verify(snapshot)
        printed = packages.printed_form(snapshot, campaign_id=campaign_id, key=key, operator=store.operator or "")
    packages.export_form(printed, target=target)
    return len(printed.rows)


def _facts(source: Path) -> dict[str, Any]:
    path = source / "campaign.json"
    if not path.is_file():
        notice = next((one.name for one in sorted(source.glob("notice.*"))), "")
        raise NoNotice(path=str(source), notice=f"里面的“{notice}”这一版不会自动读。" if notice else "")
    try:
        facts = json.loads(_text(path))
    except (ValueError, RecursionError) as err:
        raise NotReadable(path=str(path), why=f"不是能读的 JSON（{_json_place(err)}）") from err
    if not isinstance(facts, dict):
        raise NotReadable(path=str(path), why="里面不是一个方案（应当是“名称: 值”的一组）")
    return facts


def _json_place(err: Exception) -> str:
    return f"第 {err.lineno} 行第 {err.colno} 列" if isinstance(err, json.JSONDecodeError) else "层次太深"


def _units(source: Path) -> Iterator[dict[str, str]]:
    path = source / "units.csv"
    if not path.is_file():
        return
    reader = csv.DictReader(_text(path).splitlines())
    titles = {title: _UNIT_TITLES.get((title or "").strip(), (title or "").strip()) for title in reader.fieldnames or ()}
    if "name" not in titles.values():
        raise NoUnitNames(path=str(path))
    for row in reader:
        unit = {key: str(row.get(title) or "") for title, key in titles.items()}
        # a list that does not speak of numbers asks each town for one; only a written 0 asks for nobody
        yield unit if "nominees" in titles.values() else {**unit, "nominees": "0" if unit.get("kind") in _SEND_NOBODY else "1"}


def _prose(source: Path) -> dict[str, str] | None:
    path = source / "report.txt"
    if not path.is_file():
        return None
    return prose.parts_of(_text(path))


def _forms(source: Path) -> list[Path]:
    folders = (source / "registry", source / "forms")
    return [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name.lower() not in _NO_FORMS and not path.name.startswith(("~$", "."))
    ]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise FileTrouble(path=str(path), why="读不出来") from err
    for code in _TEXT_CODES:
        with suppress(UnicodeDecodeError):
            return data.decode(code)
    raise NotReadable(path=str(path), why="的文字编码认不出来")
