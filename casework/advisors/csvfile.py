"""CSV files as people have them: UTF-8 with or without its mark, commas or Excel's semicolons, and every problem
named by its line, so that one look at the file mends them all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DELIMITERS = ",;\t"
_LARGEST = 5_000_000
_SHOWN = 50

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``line`` counts from 1, as editors do; 0 is the file as a whole. The sentence
    repeats nothing that the file holds."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}" if self.line else self.sentence


class BadFile(ValueError):
    """The file cannot be used, and nothing was imported. ``problems`` holds all of them, in order."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        more = len(self.problems) - _SHOWN
        shown = [str(problem) for problem in self.problems[:_SHOWN]]
        super().__init__("\n".join([*shown, f"… and {more} more."] if more > 0 else shown))


class BadCell(ValueError):
    """What is wrong in one row, as a sentence."""


def read_text(path: Path) -> str:
    """The text of a file, without the mark at its start. Raises ``BadFile``."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError:
        raise BadFile(Problem(0, f"{path} cannot be read.")) from None
    if len(data) > _LARGEST:
        raise BadFile(Problem(0, "The file is too large: 5 MB at most."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(Problem(line, 'this is not UTF-8. In Excel, save it as "CSV UTF-8".')) from None


def rows_of(text: str, known: Sequence[str], needed: Sequence[str]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Line, column names and cells of each row that is not empty, tidied of spaces around. Raises ``BadFile`` where
    the first line does not name the columns."""
    text = text.removeprefix("\ufeff")
    skipped = 0
    # Excel's own way of saying which delimiter a file has.
    if said := re.match(r"sep=([,;\t])\r?\n", text, re.IGNORECASE):
        text, skipped = text[said.end() :], 1
    first = text.split("\n", 1)[0]
    delimiter = said[1] if said else max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names: list[str] | None = None
    line = 1 + skipped
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1 + skipped
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if names is None:
                names = _columns(here, cells, known, needed)
            else:
                yield here, names, cells
    except csv.Error:
        raise BadFile(Problem(line, "this is no CSV.")) from None
    if names is None:
        raise BadFile(Problem(0, f"The first line must name the columns; missing: {', '.join(needed)}."))


def read_rows(
    text: str, known: Sequence[str], needed: Sequence[str], read: Callable[[Row], Row]
) -> list[tuple[int, Row]]:
    """Each row as ``read`` makes it of its cells by column name, with its line. ``read`` raises ``BadCell``.

    Raises ``BadFile`` with every problem of the file.
    """
    found: list[tuple[int, Row]] = []
    problems: list[Problem] = []
    for line, names, cells in rows_of(text, known, needed):
        extra = [cell for cell in cells[len(names) :] if cell]
        if extra:
            problems.append(Problem(line, "there are more cells than in the first line."))
            continue
        try:
            found.append((line, read(dict(zip(names, [*cells, *[""] * len(names)], strict=False)))))
        except BadCell as problem:
            problems.append(Problem(line, str(problem)))
    if problems:
        raise BadFile(*problems)
    return found


def _columns(line: int, cells: list[str], known: Sequence[str], needed: Sequence[str]) -> list[str]:
    names = [cell.casefold().replace(" ", "_").replace("-", "_") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if missing := [name for name in needed if name not in names]:
        raise BadFile(Problem(line, f"the first line must name the columns; missing: {', '.join(missing)}."))
    if unknown := [name or "(empty)" for name in names if name not in known]:
        raise BadFile(Problem(line, f"Unknown column: {', '.join(unknown)}. Known: {', '.join(known)}."))
    if len(set(names)) < len(names):
        raise BadFile(Problem(line, "a column is there twice."))
    return names
