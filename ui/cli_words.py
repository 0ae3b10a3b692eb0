"""What each headless command does, in one Chinese line: the text of `--help`."""

from __future__ import annotations

import typer

HELP = {
    "run": "从一个文件夹走完一次行动：导入、数字、体检、打包",
    "demo": "在单独的数据文件夹里走一遍演示行动",
    "read-form": "读来表，说里面有什么；不写入数据",
    "import-form": "比对来表；加 --apply 写入，每份是一个可撤销的操作",
    "import-enterprises": "比对企业名录；加 --apply 写入",
    "new-campaign": "手工建立专项行动",
    "campaigns": "列出专项行动",
    "show": "一条记录和它的经过",
    "check": "报送前体检：哪些对不上",
    "package": "生成报送包；“必须改”的没有豁免就不生成",
    "export-form": "把一个附件或登记簿写成 xlsx 或 pdf",
    "backup": "备份，并与原件核对",
    "screens": "用演示数据把每个页面画成图片",
    "restore": "说恢复一份备份会改变什么；加 --apply 恢复",
    "salvage": "从损坏的数据里把读得出的存进新的数据库",
    "verify-data": "数据体检：文件、关系、操作记录、原件、备份",
    "try-backup": "在临时文件夹里真的恢复一份备份并检查",
    "self-test": "在临时文件夹里走一遍演示行动，给出结论",
    "diagnostics": "写出诊断包，不含个人信息",
    "move-data": "搬整个数据文件夹；原来的改名留着",
    "history": "做过什么；看一步；证明记录没有被动过（history verify）",
    "undo": "撤销一个操作",
    "redo": "重做撤销了的操作",
    "figures": "全部数字，带口径和依据的行",
    "daily": "日报：当天和累计",
    "statistics": "带图表的统计工作簿，或领导一页纸 PDF",
    "return-copy": "写退改件：来表照原样，要改的地方标红",
    "blank-form": "写一份发下去填的空白表",
    "reconcile": "三方对账：与别处导出的表比对检查记录",
    "nominations": "谁要报附件1，谁报了，谁晚了",
    "chase": "登记催报，给出催报的话",
    "unit-received": "登记单位哪天报来附件1",
    "unit-extend": "给单位延期",
    "unit-excuse": "单位免报，或重新要报",
    "accept": "接收抽调人员",
    "assign": "把人编入检查组，或移出各组",
    "swap": "从某天起换人；或两人对调",
    "passage": "一个人在这次行动里的经过",
    "send-back": "退回抽调人员，不再列入附件1",
    "withdraw": "最后一天以后撤回抽调人员",
    "finish-secondment": "结束抽调，仍列入附件1",
    "rosters": "每个检查组有什么、缺什么",
    "register": "列一个登记簿：people、units、officers、experts、absences、groups、equipment",
    "register-put": "在登记簿里新增或修改一行",
    "register-drop": "把登记簿的几行移入回收站",
    "platform-queue": "待录入平台：查完还没有录入平台的检查，按录入顺序",
    "clocks": "在办案件下一个法定期限，最急的在前",
    "overdue": "按镇街列出逾期问题；一张表，或每镇一份督办单",
    "dossier": "一企一档：一家企业历次行动的全部情况",
    "packages": "报出去的各版和回执",
    "diff-package": "两版之间改了什么",
    "receipt": "登记谁接收了一版，或退回了",
    "waive": "写明理由豁免一条体检规则，或收回",
    "lock-campaign": "报出后锁定：再改就是补报，要写原因",
    "close-campaign": "结束已锁定的行动，不再改动",
    "reopen-campaign": "把行动退回一步，要写原因",
    "audit-report": "总结里没有出处的数，和后来变了的数",
    "report-template": "换用本单位的总结模板，或恢复自带的",
}


def put_in(app: typer.Typer) -> None:
    """Give each command its line.

    Raises:
        KeyError: A command has none.
    """
    for command in app.registered_commands:
        command.help = HELP[command.name or str(getattr(command.callback, "__name__", ""))]
