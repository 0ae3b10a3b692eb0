"""What the office does: one plain function per use case, no Qt, no window.

Map of use cases, from the notice to the package:

* a campaign is made from a notice or by hand ............. `campaigns`
* towns send forms, which are read, planned and applied ... `imports`, `submissions`
* people are seconded and put into groups ................. `people`, `groups`
* enterprises are kept in the registry .................... `enterprises`
* visits, their findings, the cases that follow ........... `inspections`, `findings`, `cases`
* every indicator, with its definition and its rows ....... `figures`
* what does not agree before the due date ................. `checks`
* annexes and report as files, checked and frozen ......... `exports`, `packages`
* a whole campaign from a folder of files ................. `runs`

Under them lie the kernel (`store`, `history`, `migrate`, `backup`) and the
ground (`errors`, `progress`, `clock`, `paths`). A service takes a database
session first and never commits; `Store.write(label)` does, once per action.
"""
