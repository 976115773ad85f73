"""``python -m casework.catalogues.extract``: ``locale/reporting.pot``, every text of ours that a reporter may see.

The texts stay where they are written: in the tables of the questions and the wording, in the pages, in their script
and in the code. Babel finds them there; for our tables it has the method below. A test compares the file with this.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from casework.catalogues.catalogue import DOMAIN, LOCALE

ROOT = LOCALE.parent
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
# What of an entry is shown, where not all of it is.
_OF_QUESTIONS = "text texts review why hint note label short"
_OF_HELPLINES = "name number hours"
# Where texts stand, by what reads them there. The page for the landlord's web team is not for reporters.
_PLACES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("yaml", "casework/questions/*_path.yml", {"keys": _OF_QUESTIONS}),
    ("yaml", "casework/questions/wording.yml", {}),
    ("yaml", "casework/questions/faq.yml", {}),
    ("yaml", "casework/questions/helplines.yml", {"keys": _OF_HELPLINES}),
    ("python", "casework/cases/*.py", {}),
    ("python", "casework/questions/*.py", {}),
    ("python", "casework/conversation/*.py", {}),
    ("python", "casework/catalogues/dates.py", {}),
    ("python", "web/**/*.py", {}),
    ("jinja2", "web/chat/templates/*.html", {"trimmed": "true"}),
    ("javascript", "web/static/page.js", {}),
)
_UNSEEN = frozenset({"embedding.html"})
_KEYWORDS: Mapping[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
}

Found = tuple[int, str, str, Sequence[str]]


def yaml_texts(file: BinaryIO, _: Any, __: Any, options: Mapping[str, str]) -> Iterator[Found]:
    """The texts of one of our tables, as Babel takes them: line, function, text, comments for translators.

    ``keys``: the keys whose strings count, with all below them; without it every string does.
    """
    keys = frozenset(options.get("keys", "").split())
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from _strings(yaml.compose(file.read().decode("utf-8"), Loader=loader), keys, not keys, "")


def _strings(node: yaml.Node | None, keys: frozenset[str], shown: bool, inside: str) -> Iterator[Found]:
    if isinstance(node, yaml.ScalarNode):
        # A number alone is the same everywhere; a text is not without a letter.
        if shown and any(character.isalpha() for character in node.value):
            yield node.start_mark.line + 1, "_", node.value, [inside] if inside else []
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _strings(each, keys, shown, inside)
    elif isinstance(node, yaml.MappingNode):
        entry = {key.value: value for key, value in node.value}
        verified = entry.get("verified")
        if isinstance(verified, yaml.ScalarNode) and verified.value == "false":
            return
        # A question's own name tells the translator where a text stands; a helpline's name is a text itself.
        name = entry.get("name")
        here = name.value if isinstance(name, yaml.ScalarNode) and "name" not in keys else inside
        for key, value in entry.items():
            if key not in ("said_as", "intents", "unless", "when", "clears"):
                yield from _strings(value, keys, shown or key in keys, here or key)


def script_sources(script: Path) -> list[str]:
    """The texts of a script, each once."""
    from babel.messages.extract import extract

    with script.open("rb") as file:
        found = extract("javascript", file, keywords=_KEYWORDS)
        return list(dict.fromkeys(text for _, text, _, _ in found if isinstance(text, str)))


def template() -> str:
    """The text of ``locale/reporting.pot``. Without dates and line numbers, so that it changes only with the texts."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract
    from babel.messages.pofile import write_po
    from jinja2.ext import babel_extract

    methods: dict[str, Any] = {"yaml": yaml_texts, "jinja2": babel_extract}
    book = Catalog(project="reporting assistant", charset="utf-8", header_comment=_HEADER)
    for method, pattern, options in _PLACES:
        for path in sorted(ROOT.glob(pattern)):
            if path.name in _UNSEEN:
                continue
            where = path.relative_to(ROOT).as_posix()
            with path.open("rb") as file:
                found = extract(methods.get(method, method), file, _KEYWORDS, ("For translators:",), options)
                for line, text, comments, context in found:
                    book.add(text, None, [(where, line)], auto_comments=comments, context=context)
    out = io.BytesIO()
    write_po(out, book, width=110, sort_by_file=True, include_lineno=False)
    return "".join(
        line for line in out.getvalue().decode("utf-8").splitlines(keepends=True) if not line.startswith(_CHANGING)
    )


_HEADER = "# Every text that a reporter may see. Made by `make texts`: change the sources instead."
_CHANGING = (
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Last-Translator',
    '"Language-Team',
    '"Report-Msgid',
    '"Generated-By',
)


def main() -> None:
    """Write the file."""
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(template(), encoding="utf-8")


if __name__ == "__main__":
    main()
