"""Pre-flight: what does not agree before the package goes out (报送前体检).

Each rule is a plain function from the facts to its troubles; `run` calls them
all. Level B blocks the package, W asks for a look, I only says.
"""

from __future__ import annotations

from services.checks.preflight import LEVELS, RULES, Check, as_json, blocking, run, waived
from services.checks.waivers import NEVER, Waiver, kept, take_back, waive

__all__ = [
    "LEVELS", "NEVER", "RULES", "Check", "Waiver", "as_json", "blocking", "kept", "run", "take_back", "waive", "waived",
]  # fmt: skip
