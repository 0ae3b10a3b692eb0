"""The one door: `python3 build/make.py VERB`. Needs nothing but Python.

    setup    make .venv with the pinned packages
    run      open the window (or any command: run -- check --campaign …)
    demo     a whole invented campaign from its folder to its package
    test     contracts, types, tests: what must pass before a change lands
    check    the same after format and lint: what to run before a commit
    bench    measure, and print the figures
    faults   the fault loops alone; --long-faults for the long form
    bundle   the Windows installer

Whatever stands behind the verb goes on to the program, as in
`make.py demo -o FOLDER` or `make.py test -k draw`. On Debian and Ubuntu, as
root, missing system packages are installed too; elsewhere the line to type is
shown. A second call finds everything in place and starts at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WORK = ROOT / ".work"
FAULTS = "tests/faults"
MOST_PROCESSES = 4
CONSTRAINTS = ROOT / "build" / "constraints.txt"
ROOMS = ("models", "services", "ui", "resources", "main.py")
OLDEST = (3, 11)

# What Qt opens at run time, and one Chinese face for the screen.
WINDOW_PACKAGES = (
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libdbus-1-3",
    "libfontconfig1",
    "libfreetype6",
    "libglib2.0-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "fonts-noto-cjk",
)
# Independent readers of the documents that the program writes.
TEST_PACKAGES = (*WINDOW_PACKAGES, "libreoffice-calc-nogui", "libreoffice-writer-nogui", "poppler-utils")


class Stop(Exception):
    """The verb cannot go on; the text says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Carry out one verb.

    Args:
        arguments: The verb and what goes on to the program.

    Returns:
        The exit status of the last child, 1 for a trouble here, 2 for a wrong verb.
    """
    verb, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    if verb not in VERBS:
        say((__doc__ or "").strip())
        return 0 if verb in {"-h", "--help", "help"} else 2
    try:
        return VERBS[verb](rest)
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        return 130


def setup(_rest: Sequence[str] = ()) -> int:
    """Make the environment for work on the program."""
    prepare(["dev"], TEST_PACKAGES)
    say("Ready. Next: python3 build/make.py demo, or test")
    return 0


def run(rest: Sequence[str]) -> int:
    """Open the window, or carry out the command that follows."""
    prepare([], WINDOW_PACKAGES)
    return call(["main.py", *(rest[1:] if rest[:1] == ["--"] else rest)])


def demo(rest: Sequence[str]) -> int:
    """Run the sample campaign in a fresh data folder."""
    prepare([], ())
    folder = fresh_folder("demo")
    asked = {"-o", "--out"} & {word.split("=")[0] for word in rest}
    target = [] if asked else ["-o", str(folder / "package")]
    say(f"Data of this demo: {folder / 'data'}")
    status = call(["main.py", "--data-dir", str(folder / "data"), "demo", *target, *rest])
    if status == 0:
        say(f"See it in the window: python3 build/make.py run --data-dir {folder.relative_to(ROOT).as_posix()}/data")
    return status


def test(rest: Sequence[str]) -> int:
    """Contracts, types, tests."""
    prepare(["dev"], TEST_PACKAGES)
    return steps([contracts_step(), types_step(), tests_step(rest)])


def check(rest: Sequence[str]) -> int:
    """Format, lint, and all of `test`."""
    prepare(["dev"], TEST_PACKAGES)
    before = [("format", ["-m", "ruff", "format", "--check", "."]), ("lint", ["-m", "ruff", "check", "."])]
    return steps([*before, contracts_step(), types_step(), tests_step(rest)])


def bench(rest: Sequence[str]) -> int:
    """Measure on invented data."""
    prepare(["dev"], TEST_PACKAGES)
    return call(["tests/bench/run.py", *rest], offscreen=True)


def faults(rest: Sequence[str]) -> int:
    """Kill, fill and fail the kernel on purpose; --long-faults for the long form."""
    prepare(["dev"], TEST_PACKAGES)
    return steps([("faults", ["-m", "pytest", FAULTS, "-n", str(processors()), *rest])])


def bundle(_rest: Sequence[str] = ()) -> int:
    """Say when the installer comes."""
    raise Stop("The Windows installer comes in a later release; until then, start from the source: python build/make.py run")


VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "setup": setup,
    "run": run,
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "faults": faults,
    "bundle": bundle,
}


def contracts_step() -> tuple[str, list[str]]:
    """Return the step that checks who imports whom."""
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return "contracts", ["-c", script, "--no-logo", "--cache-dir", str(WORK / "imports")]


def types_step() -> tuple[str, list[str]]:
    """Return the step that checks types in all rooms."""
    return "types", ["-m", "mypy", *(room for room in ROOMS if (ROOT / room).exists())]


def tests_step(rest: Sequence[str]) -> tuple[str, list[str]]:
    """Return the step that runs all tests, the short fault loops among them."""
    return "tests", ["-m", "pytest", "-n", str(processors()), *rest]


def processors() -> int:
    """Return how many test processes run at once; each takes a few hundred MB."""
    return min(os.cpu_count() or 1, MOST_PROCESSES)


def steps(chosen: Sequence[tuple[str, list[str]]]) -> int:
    """Run steps one after another, all of them, with the time that each took.

    The tests come last, so their closing line ends the output when all is well.

    Returns:
        0, or the status of the first step that failed.
    """
    failed: dict[str, int] = {}
    for name, words in chosen:
        say(f"== {name}")
        started = time.monotonic()
        status = call(words, offscreen=True)
        took = time.monotonic() - started
        if status:
            failed[name] = status
        if status or name != chosen[-1][0]:
            say(f"== {name}: {'FAILED' if status else 'ok'}, {took:.1f} s")
    if failed:
        say(f"Failed: {', '.join(failed)}")
    return next(iter(failed.values()), 0)


def call(words: Sequence[str], *, offscreen: bool = False) -> int:
    """Run Python of the environment in the project's folder; return its status."""
    surroundings = {**os.environ, "PYTHONUTF8": "1", "PYTHONPYCACHEPREFIX": str(WORK / "pycache")}
    # Compiled once, as on a user's PC: a start should not pay for what the shell around it forbids.
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    if offscreen:
        surroundings["QT_QPA_PLATFORM"] = "offscreen"
    child = subprocess.Popen([str(python()), *words], cwd=ROOT, env=surroundings)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The child got Ctrl-C as well and is cleaning up; its status counts.
            continue


def prepare(groups: Sequence[str], packages: Sequence[str]) -> None:
    """Put everything in place that a verb needs; quick when it already is.

    Args:
        groups: Optional dependency groups of pyproject.toml.
        packages: Debian packages.
    """
    system_packages(packages)
    make_venv()
    install(groups)


def make_venv() -> None:
    """Make .venv, or make it again if its Python is gone or another one."""
    if works(python()):
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        missing_venv()
    say(f"Making {VENV.name} with Python {sys.version.split()[0]} …")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        raise Stop(f"{VENV.name} could not be made; what venv says stands above.")


def missing_venv() -> None:
    """Get the part of Python that Debian ships on its own.

    Raises:
        Stop: It cannot be installed from here; the line to type is in the text.
    """
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if may_install() and apt_install([package]):
        importlib.invalidate_caches()
        return
    raise Stop(f"This Python cannot make environments. Type: sudo apt-get install -y {package}")


def install(groups: Sequence[str]) -> None:
    """Install the pinned packages of groups that have no valid stamp.

    Raises:
        Stop: pip failed.
    """
    declared = requirements()
    stamps = {VENV / f"installed-{group}": declared[group] for group in ("program", *groups)}
    due = {stamp: wanted for stamp, wanted in stamps.items() if not stamp.is_file() or stamp.read_text(encoding="utf-8") != mark(wanted)}
    if not due:
        return
    wanted = [name for names in due.values() for name in names]
    say(f"Installing {len(wanted)} packages and what they need (versions: build/{CONSTRAINTS.name}) …")
    pip = [str(python()), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--constraint", str(CONSTRAINTS)]
    if subprocess.run([*pip, *wanted], cwd=ROOT, check=False).returncode:
        raise Stop("The packages could not be installed; what pip says stands above. The first installation needs the internet.")
    for stamp, names in due.items():
        stamp.write_text(mark(names), encoding="utf-8")


def requirements() -> dict[str, list[str]]:
    """Return what pyproject.toml asks for: `program`, and each optional group."""
    import tomllib  # noqa: PLC0415 - an older Python must get as far as the sentence below

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"program": project["dependencies"], **project["optional-dependencies"]}


def mark(wanted: Sequence[str]) -> str:
    """Return what an installation depends on: versions, names, Python."""
    digest = hashlib.sha256(CONSTRAINTS.read_bytes() + "\n".join(wanted).encode())
    return f"{digest.hexdigest()} {version_of(python())}\n"


def python() -> Path:
    """Return the environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def works(interpreter: Path) -> bool:
    """Tell whether an interpreter is there, starts, has pip, and is new enough."""
    if not interpreter.exists():
        return False
    version = version_of(interpreter)
    return bool(version) and tuple(int(part) for part in version.split(".")[:2]) >= OLDEST


def version_of(interpreter: Path) -> str:
    """Return the version of a Python with pip, or nothing if it does not start."""
    script = "import pip, platform; print(platform.python_version())"
    try:
        told = subprocess.run([str(interpreter), "-I", "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""


def system_packages(names: Sequence[str]) -> None:
    """Install missing Debian packages as root; otherwise show the line to type."""
    missing = absent(names)
    if not missing:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not may_install():
        say(f"Missing on this system; type: sudo {line}")
    elif not apt_install(missing):
        say(f"Not installed, going on without; later type: {line}")


def absent(names: Sequence[str]) -> list[str]:
    """Return the packages that dpkg does not have; none where there is no dpkg."""
    query = shutil.which("dpkg-query")
    if not query or not names:
        return []
    # Ubuntu 24.04 renamed libraries with 64-bit time; either name will do.
    both = [*names, *(f"{name}t64" for name in names)]
    told = subprocess.run([query, "-W", "-f", "${Package} ${db:Status-Status}\n", *both], capture_output=True, text=True, check=False)
    present = {line.split()[0] for line in told.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in present and f"{name}t64" not in present]


def may_install() -> bool:
    """Tell whether this process may install system packages."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def apt_install(names: Sequence[str]) -> bool:
    """Install system packages; return whether that went well."""
    say(f"Installing system packages: {' '.join(names)} …")
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]

    def apt(*words: str) -> bool:
        return subprocess.run([*quiet, *words], env=surroundings, stdout=subprocess.DEVNULL, check=False).returncode == 0

    order = ("install", "-y", "--no-install-recommends", *names)
    has_lists = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    return (has_lists and apt(*order)) or (apt("update") and apt(*order))


def fresh_folder(stem: str) -> Path:
    """Make and return the first folder .work/stem-N that is not there yet."""
    number = 1
    while True:
        folder = WORK / f"{stem}-{number}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder


def say(text: str) -> None:
    """Tell what happens, apart from the output of the program."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
    sys.exit(main(sys.argv[1:]))
