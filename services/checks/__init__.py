"""Pre-flight: what does not agree before the package goes out (报送前体检).

Each rule is a plain function from the facts to its troubles; `run` calls them
all. Level B blocks the package, W asks for a look, I only says.
"""

from __future__ import annotations

from services.checks.preflight import LEVELS, Check, as_json, blocking, run

__all__ = ["LEVELS", "Check", "as_json", "blocking", "run"]
