"""Takes a guard out of the program for a moment, and watches the disk calls."""

from __future__ import annotations

import inspect
import os
import stat
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock


@contextmanager
def mutated(owner: ModuleType | type, name: str, old: str, new: str) -> Iterator[None]:
    """Replace a piece of the source of a function while the block runs.

    Raises:
        LookupError: The piece is not there any more: the mutation must follow the program.
    """
    original = vars(owner)[name]
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(original)))
    if old not in source:
        raise LookupError(f"{owner.__name__}.{name} has no {old!r} to take out")
    module = owner if isinstance(owner, ModuleType) else sys.modules[owner.__module__]
    space: dict[str, Any] = {}
    code = compile("from __future__ import annotations\n" + source.replace(old, new), f"<{name} mutated>", "exec")
    exec(code, vars(module), space)
    with ExitStack() as patches:
        for place in [owner, *_modules_with(name, original)]:
            patches.enter_context(mock.patch.object(place, name, space[name]))
        yield


def _modules_with(name: str, original: object) -> list[ModuleType]:
    """Return the modules that imported the function by name."""
    ours = [module for key, module in sys.modules.items() if key.startswith(("services", "tests.faults"))]
    return [module for module in ours if vars(module).get(name) is original]


class DiskCalls:
    """What reached the disk, in order: flushed files and folders, renames.

    Attributes:
        events: ("file"|"folder", inode) for each fsync, ("name", inode, path) for each rename.
    """

    def __init__(self) -> None:
        """Begin empty; `watching` fills it."""
        self.events: list[tuple[Any, ...]] = []

    @contextmanager
    def watching(self) -> Iterator[DiskCalls]:
        """Note the calls of this block."""
        with (
            mock.patch.object(os, "fsync", self._flush(os.fsync)),
            mock.patch.object(os, "replace", self._name(os.replace)),
            mock.patch.object(os, "rename", self._name(os.rename)),
        ):
            yield self

    def require_durable(self, target: Path) -> None:
        """Assert that a file was flushed before it got its name, and the name after."""
        named = [number for number, event in enumerate(self.events) if event[0] == "name" and Path(event[2]) == target]
        assert named, f"{target.name} did not get its name by a rename"
        inode = self.events[named[-1]][1]
        if target.is_file():
            assert ("file", inode) in self.events[: named[-1]], f"{target.name} was not flushed before it got its name"
        self.require_name_durable(target, named[-1])

    def require_name_durable(self, target: Path, after: int = 0) -> None:
        """Assert that the folder of a name was flushed after that event."""
        if os.name != "nt":
            assert ("folder", target.parent.stat().st_ino) in self.events[after:], f"the name {target.name} was not flushed"

    def _flush(self, fsync: Callable[[int], None]) -> Callable[[int], None]:
        def noted(handle: int) -> None:
            facts = os.fstat(handle)
            fsync(handle)
            self.events.append(("folder" if stat.S_ISDIR(facts.st_mode) else "file", facts.st_ino))

        return noted

    def _name(self, rename: Callable[..., None]) -> Callable[..., None]:
        def noted(source: Any, target: Any) -> None:
            inode = os.stat(source).st_ino  # noqa: PTH116 - this stands below pathlib
            rename(source, target)
            self.events.append(("name", inode, os.fspath(target)))

        return noted
