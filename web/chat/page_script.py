"""The texts that the page's script shows, for pages in another language than English.

They stand in the script as they are written; a page in another language carries them translated, so the script's file
is one for all.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from casework.catalogues import ENGLISH, gettext
from casework.catalogues.extract import script_sources

SCRIPT = Path(__file__).parent.parent / "static" / "page.js"


@lru_cache(maxsize=32)
def script_texts(tag: str) -> str:
    """JSON: English text -> text of the language in use, which is `tag`; nothing for English."""
    if tag == ENGLISH:
        return ""
    return json.dumps({text: gettext(text) for text in script_sources(SCRIPT)}, ensure_ascii=False)
