"""Train the model when its inputs changed: `python -m bot.train [--force]`.

The archive is made fit for serving: the node that checks a training graph is left out of its metadata, since
loading it would bring TensorFlow into the serving process, which never trains.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tarfile
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from bot.model import ARCHIVE, CARD, MODELS, NAME, ROOT, archive_hash, inputs_hash, is_current

VALIDATOR = "schema_validator"


def without_validator(archive: Path) -> None:
    """Take the training graph's validator out of the model's metadata."""
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder)
        metadata_file = Path(folder) / "metadata.json"
        metadata = json.loads(metadata_file.read_text("utf-8"))
        nodes = metadata["train_schema"]["nodes"]
        if nodes.pop(VALIDATOR, None) is None:
            return
        for node in nodes.values():
            node["needs"] = {name: need for name, need in node["needs"].items() if need != VALIDATOR}
        metadata_file.write_text(json.dumps(metadata), "utf-8")
        lean = archive.with_suffix(".new")
        with tarfile.open(lean, "w:gz") as packed:
            for part in sorted(Path(folder).iterdir()):
                packed.add(part, arcname=part.name)
        lean.replace(archive)


def _show_ours(message: Warning | str, category: type[Warning], filename: str, *_: Any, **__: Any) -> None:
    """What Rasa has to say of the data; not what old packages have to say of each other."""
    if "rasa" in Path(filename).parts and issubclass(category, UserWarning | FutureWarning):
        print(message, file=sys.stderr)


def train() -> None:
    """Train, pack for serving, note what the model was made from."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.chdir(ROOT)
    inputs = inputs_hash()
    warnings.showwarning = _show_ours
    import rasa.utils.common
    from rasa.model_training import train as train_model
    from rasa.utils.log_utils import configure_structlog

    rasa.utils.common.configure_logging_and_warnings()
    configure_structlog(logging.WARNING)
    domain = "domain.yml" if Path("domain.yml").is_file() else "domain"
    result = train_model(
        domain=domain,
        config="config.yml",
        training_files="data",
        output=str(MODELS),
        fixed_model_name=NAME,
        force_training="--force" in sys.argv[1:],
    )
    if result.code != 0 or not ARCHIVE.is_file():
        sys.exit("The model could not be trained; the lines above say why.")
    try:
        without_validator(ARCHIVE)
    except (OSError, KeyError, ValueError, tarfile.TarError) as error:
        print(f"The model is served as Rasa packed it ({type(error).__name__}).", file=sys.stderr)
    CARD.write_text(json.dumps({"inputs": inputs, "archive": archive_hash()}) + "\n", "utf-8")


def main() -> None:
    """Train if needed."""
    if is_current() and "--force" not in sys.argv[1:]:
        return
    began = time.monotonic()
    CARD.unlink(missing_ok=True)
    print("Training the model ...", flush=True)
    train()
    print(f"Model trained in {time.monotonic() - began:.0f} s.", flush=True)


if __name__ == "__main__":
    main()
