"""Making the frozen Rasa cheaper to serve, without touching what it answers.

Every step is optional: one that does not apply to the installed version is left out, and stock
behaviour remains.
"""

from __future__ import annotations

import functools
import logging
import sys
import types
from typing import Any

logger = logging.getLogger("bot.lean")

UNUSED = "rasa.utils.train_utils"


def keep_tensorflow_out() -> None:
    """Stand in for the one module that pulls TensorFlow into a serving process.

    `rasa.nlu.extractors.extractor` imports it and never uses it on this pipeline. Must run before
    Rasa is imported.
    """
    if UNUSED not in sys.modules:
        stand_in = types.ModuleType(UNUSED)
        stand_in.__doc__ = "Empty: this process serves a pipeline that needs no TensorFlow."
        sys.modules[UNUSED] = stand_in


def _cache_subclasses() -> None:
    """The list of event classes is recomputed for each event read, and never changes while serving."""
    import rasa.shared.utils.common as common

    common.all_subclasses = functools.lru_cache(maxsize=16)(common.all_subclasses)


def _keep_reply_validator() -> None:
    """Build the check of an action's reply once; stock code builds and checks the schema for every call."""
    from jsonschema import validators
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    validator = validators.validator_for(schema)(schema)

    def validate(self: RemoteAction, result: Any) -> bool:
        # The error's text would repeat the reply; which rule failed is enough.
        for error in validator.iter_errors(result):
            raise ValueError(f"action reply fails {'/'.join(map(str, list(error.schema_path)[:3]))}")
        return True

    RemoteAction._validate_action_result = validate


def apply() -> None:
    """Apply what fits; after Rasa's modules are imported."""
    for step in (_cache_subclasses, _keep_reply_validator):
        try:
            step()
        except Exception as error:
            logger.warning("%s left out: %s", step.__name__, type(error).__name__)
