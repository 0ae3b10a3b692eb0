"""Starts the program: a command where one is given, else the window."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Run one command or the window; return the exit status."""
    try:
        if arguments[:1] == ["--reader-worker"]:
            from services.imports import foreign  # the bundle starts itself as the reader of foreign files

            foreign.main()
            return 0
        from ui.cli import run

        return run(arguments)
    except KeyboardInterrupt:
        return 1  # before the command began, nothing was written


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
