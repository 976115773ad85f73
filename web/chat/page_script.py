"""The texts that the page's script shows, for pages in another language than English.

They stand in the script as they are written; a page in another language carries them translated, so the script's file
is one for all.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from casework.catalogues import ENGLISH, gettext, has_fallen
from casework.catalogues.extract import script_sources

SCRIPT = Path(__file__).parent.parent / "static" / "page.js"


@lru_cache(maxsize=32)
def script_texts(tag: str) -> str:
    """JSON: English text -> text of the language in use, which is `tag`; nothing for English. A text that is missing
    there is missing here too: the script shows it in English and says so."""
    if tag == ENGLISH:
        return ""
    texts = {text: gettext(text) for text in script_sources(SCRIPT) if not has_fallen(text)}
    return json.dumps(texts, ensure_ascii=False)
