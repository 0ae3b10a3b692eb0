"""Expected failures: one class per trouble, each a sentence with a way out.

A `Problem` is something the office can mend; anything else is a bug and goes
to the crash dialog. Services raise, nobody in services catches to show.

To add one: 1. choose the parent (who can mend it?); 2. two lines: `code` and
`template`; 3. `mend` if the sentence itself does not say the way out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from models.forms import Issue
from services import removable


class Problem(Exception):
    """An expected failure with a code, fields, and a sentence for people.

    Attributes:
        code: Machine name, never renamed.
        template: Chinese sentence with the fields in braces.
        mend: What to do, where the sentence does not already say it.
        fields: The values that the sentence names.
    """

    code: ClassVar[str] = "problem"
    template: ClassVar[str] = "这一步没有做成。"
    mend: ClassVar[str] = ""

    def __init__(self, **fields: object) -> None:
        """Keep the fields; the sentence is made when it is shown."""
        super().__init__(self.code)
        self.fields = fields

    def message(self) -> str:
        """Return the sentence for people."""
        return self.template.format_map(_Shown(self.fields))

    def way_out(self) -> str:
        """Return what to do about it; empty if the sentence says it."""
        return self.mend.format_map(_Shown(self.fields))

    def where(self) -> str | None:
        """Return the file, row or record that it is about."""
        place = self.fields.get("path") or self.fields.get("where")
        return str(place) if place else None

    def as_json(self) -> dict[str, object]:
        """Return the problem/1 document of a command."""
        return {
            "schema": "problem/1",
            "code": self.code,
            "message": self.message(),
            "where": self.where(),
            "mend": self.way_out() or None,
        }

    def __str__(self) -> str:
        """Return code and sentence, for logs and test output."""
        return f"{self.code}: {self.message()}"


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return f"（{key}）"


class Invalid(Problem):
    """Data that the user can correct; carries every issue."""

    code = "invalid"
    template = "有 {count} 处要改：{first}"
    mend = "按每一处的说明改好后再保存。"

    def __init__(self, issues: Sequence[Issue]) -> None:
        """Keep all issues, in the order of the form."""
        super().__init__(count=len(issues), first=issues[0].message if issues else "")
        self.issues = tuple(issues)

    def as_json(self) -> dict[str, object]:
        """Return the document with one entry per issue."""
        listed = [{"row": i.row, "field": i.key, "code": i.code, "message": i.message} for i in self.issues]
        return {**super().as_json(), "issues": listed}


class Refused(Problem):
    """A rule of the office says no."""

    code = "refused"


class Missing(Problem):
    """A row or campaign that was asked for is not there."""

    code = "missing"
    template = "找不到{what}“{name}”。"
    mend = "用列表核对名称，或从上一步重新打开。"


class Conflict(Problem):
    """A row has changed since; nothing was overwritten."""

    code = "conflict"
    template = "{what} 在这之后又改过，不能直接覆盖。"
    mend = "先看这一条现在的内容，再决定怎么改。"


class FileTrouble(Problem):
    """A file cannot be read or written; the field `path` names it."""

    code = "file_trouble"
    template = "文件“{path}”{why}。"
    mend = "关闭正在使用它的程序，或换一个位置，再试一次。"


class StorageTrouble(Problem):
    """The database or its disk fails."""

    code = "storage_trouble"
    template = "数据没有写进去：{why}。"
    mend = "原来的数据没有变；按提示处理后再试。"


class FileMissing(FileTrouble):
    """There is no such file."""

    code = "file_missing"
    template = "没有找到文件“{path}”。"
    mend = "核对文件名和所在文件夹。"


class NoOperator(Refused):
    """A change has no author."""

    code = "no_operator"
    template = "还不知道是谁在操作，不能写入。"
    mend = "命令里加 --operator 姓名，或在窗口里填一次姓名。"


# Who "holds" data that the rescue window opened only to look at; nobody else has this name.
RESCUED = "救援窗口（只看）"


class ReadOnly(Refused):
    """Another window or command is writing in this data folder."""

    code = "read_only"
    template = "数据正由 {holder} 打开，这里只能看，不能改。"
    mend = "请对方关闭程序后再试；看和导出不受影响。"


class DataFolderRefused(StorageTrouble):
    """The data folder cannot hold a database safely."""

    code = "data_folder_refused"
    template = "数据文件夹“{path}”{why}，不能存放数据。"
    mend = "换成本机硬盘上的文件夹；几台电脑之间用数据包交换。"


class DiskFull(StorageTrouble):
    """No room left on the drive."""

    code = "disk_full"
    template = "“{path}”所在的盘空间不够（还剩 {free} MB，至少要 {needed} MB），这一步没有写入。"
    mend = "{heaps}腾出空间后再试；原来的数据没有变。"

    def __init__(self, **fields: object) -> None:
        """Look now, off the UI thread, what is largest of what may go."""
        largest = removable.largest(Path(str(fields["path"]))) if "path" in fields else ()
        heaps = f"可以删去：{removable.in_words(largest)}。" if largest else ""
        super().__init__(heaps=heaps, **fields)


class ForeignFile(StorageTrouble):
    """The database file belongs to another program."""

    code = "foreign_file"
    template = "“{path}”不是执法台的数据文件。"
    mend = "换一个数据文件夹；这个文件没有被改动。"


class TooNew(StorageTrouble):
    """The data were written by a newer version of the program."""

    code = "too_new"
    template = "数据由更新的版本（{stamp}）建立，这个版本打不开。"
    mend = "请用新版程序打开；数据没有被改动。"


class Damaged(StorageTrouble):
    """The database file is damaged."""

    code = "damaged"
    template = "数据文件“{path}”已损坏：{why}。"
    mend = "不要继续录入；从最近一份核对过的备份恢复。"


class Busy(StorageTrouble):
    """Another program holds the database."""

    code = "busy"
    template = "数据正被另一个程序占用，等了 5 秒仍没有让出。"
    mend = "关闭占用它的程序（如同步盘、杀毒扫描）后再试。"


class TargetExists(Refused):
    """The result would overwrite something that is there."""

    code = "target_exists"
    template = "“{path}”已经有内容，没有覆盖。"
    mend = "换一个文件夹，或先把原来的移走。"


class ReasonNeeded(Refused):
    """A decisive value that was saved is changed without a reason."""

    code = "reason_needed"
    template = "改动{what}要写明原因。"
    mend = "写一句原因；在命令行用 --reason。"


class NothingToUndo(Refused):
    """There is no operation to take back."""

    code = "nothing_to_undo"
    template = "没有可以{verb}的操作。"
    mend = "在操作记录里看最近做过什么。"


class UndoConflict(Conflict):
    """A later change stands in the way of an undo."""

    code = "undo_conflict"
    template = "不能撤销“{label}”：{row} 在这之后又改过（{changed}）。"
    mend = "先撤销之后的改动，或直接把这一条改成想要的内容。"


class HistoryBroken(StorageTrouble):
    """The chain of operations does not verify."""

    code = "history_broken"
    template = "操作记录从第 {number} 条起对不上：{why}。"
    mend = "保留现在的数据文件，从这一条之前的备份核对。"


def missing_file(path: Path) -> FileMissing:
    """Return the problem of a file that is not there."""
    return FileMissing(path=str(path))
