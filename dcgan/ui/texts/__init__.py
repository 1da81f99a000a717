"""Every sentence of pages and components: one table a language, `<language>.json`, flat keys `page.name`.

A new language is one new file with the same keys; a test holds the tables equal in keys.
"""

from __future__ import annotations

import json
from pathlib import Path


def tables() -> dict[str, dict[str, str]]:
    """Return language -> key -> sentence."""
    folder = Path(__file__).parent
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
