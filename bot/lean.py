"""Making the frozen Rasa cheaper to serve, without touching what it answers.

Every step is optional: one that does not apply to the installed version is left out, and stock
behaviour remains.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import importlib
import importlib.util
import logging
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.core.agent import Agent

logger = logging.getLogger("bot.lean")

# Modules that Rasa imports and this process never uses, with the names that are imported from them. The first
# one pulls TensorFlow in. A name that is used after all raises, and the launcher starts with stock imports.
UNUSED: dict[str, tuple[str, ...]] = {
    "rasa.utils.train_utils": (),
    "rasa.core.test": (),
    "boto3": (),
    "boto3.dynamodb": (),
    "boto3.dynamodb.conditions": ("Key",),
    "pymongo": (),
    "pymongo.collection": ("Collection",),
}
CHANNELS = "rasa.core.channels"
TRUSTED = "skops.io._trusted_types"


def _stand_in(name: str, names: tuple[str, ...] = ()) -> types.ModuleType:
    module = types.ModuleType(name, "Stands in for a module that this process does not use.")
    for one in names:
        setattr(module, one, type(one, (), {}))
    sys.modules[name] = module
    return module


def _folder_of(name: str) -> list[str]:
    """Where a package lies, found without running it or the package around it."""
    first, *rest = name.split(".")
    spec = importlib.util.find_spec(first)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(name)
    return [str(Path(place, *rest)) for place in spec.submodule_search_locations]


def _only_the_channels_used() -> None:
    """The package itself imports clients of a dozen messaging services; its base module is all we need."""
    package = _stand_in(CHANNELS)
    package.__path__ = _folder_of(CHANNELS)

    def base(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(f"{CHANNELS}.channel"), name)

    package.__getattr__ = base  # type: ignore[method-assign]


def _trust_our_classifier_only() -> None:
    """The model file may name one class. Stock code imports all of scikit-learn to list what it trusts."""
    import numpy as np

    trusted = _stand_in(TRUSTED)
    values: dict[str, Any] = {
        "PRIMITIVES_TYPES": [int, float, str, bool],
        "PRIMITIVE_TYPE_NAMES": ["builtins.int", "builtins.float", "builtins.str", "builtins.bool"],
        "SKLEARN_ESTIMATOR_TYPE_NAMES": ["sklearn.linear_model._logistic.LogisticRegression"],
        "SCIPY_UFUNC_TYPE_NAMES": [],
        "NUMPY_UFUNC_TYPE_NAMES": [],
        "NUMPY_DTYPE_TYPE_NAMES": sorted({f"numpy.{t.__name__}" for ts in np.sctypes.values() for t in ts}),
    }
    for name, value in values.items():
        setattr(trusted, name, value)


def leave_out_unused() -> None:
    """Keep TensorFlow and other unused modules out of this process. Must run before Rasa is imported."""
    for name, names in UNUSED.items():
        if name not in sys.modules:
            _stand_in(name, names)
    _only_the_channels_used()
    _trust_our_classifier_only()


def _cache_subclasses() -> None:
    """The list of event classes is recomputed for each event read, and never changes while serving."""
    import rasa.shared.utils.common as common

    common.all_subclasses = functools.lru_cache(maxsize=16)(common.all_subclasses)


def _sets_slots_only(reply: Any) -> bool:
    """Whether a reply is of the plainest kind, which needs no schema to be seen to be right."""
    return (
        isinstance(reply, dict)
        and all(isinstance(response, dict) for response in reply.get("responses", ()))
        and all(
            isinstance(event, dict)
            and event.get("event") == "slot"
            and isinstance(event.get("name"), str)
            and "value" in event
            and event.get("timestamp") is None
            for event in reply.get("events", ())
        )
    )


def _keep_reply_validator() -> None:
    """Build the check of an action's reply once; stock code builds and checks the schema for every call."""
    from jsonschema import validators
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    validator = validators.validator_for(schema)(schema)

    def validate(self: RemoteAction, result: Any) -> bool:
        if _sets_slots_only(result):
            return True
        # The error's text would repeat the reply; which rule failed is enough.
        for error in validator.iter_errors(result):
            raise ValueError(f"action reply fails {'/'.join(map(str, list(error.schema_path)[:3]))}")
        return True

    RemoteAction._validate_action_result = validate


def _run_graph_plainly() -> None:
    """See `bot.graph`."""
    import rasa.core.processor

    from bot.graph import PlainGraphRunner

    rasa.core.processor.DaskGraphRunner = PlainGraphRunner


def _copy_nothing_for_discarded_logs() -> None:
    """These modules copy messages and events for log lines that are thrown away, and for nothing else."""
    import rasa.core.actions.forms
    import rasa.core.policies.rule_policy
    import rasa.core.processor

    for module in (rasa.core.processor, rasa.core.actions.forms, rasa.core.policies.rule_policy):
        module.copy = types.SimpleNamespace(deepcopy=lambda value: value)


def _copy_slots_quickly() -> None:
    """Every tracker copies every slot; the general way of copying an object takes several times as long."""
    from rasa.shared.core.slots import Slot

    def copied(self: Slot) -> Slot:
        other: Slot = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    Slot.__copy__ = copied


def apply() -> None:
    """Apply what fits; after Rasa's modules are imported and before the model is loaded."""
    steps = (
        _cache_subclasses,
        _keep_reply_validator,
        _run_graph_plainly,
        _copy_nothing_for_discarded_logs,
        _copy_slots_quickly,
    )
    for step in steps:
        try:
            step()
        except Exception as error:
            logger.warning("%s left out: %s", step.__name__, type(error).__name__)


def lay_out_weights(agent: Agent) -> None:
    """Keep the classifier's weights in the order in which a message's features meet them.

    Otherwise the whole matrix is copied for every message.
    """
    import numpy as np

    nodes = getattr(agent.processor.graph_runner, "_instantiated_nodes", {})
    for node in nodes.values():
        classifier = getattr(getattr(node, "_component", None), "clf", None)
        if getattr(classifier, "coef_", None) is not None:
            classifier.coef_ = np.asfortranarray(classifier.coef_)


def settle() -> None:
    """Give back what loading the model needed, and let the collector pass over what stays."""
    gc.collect()
    gc.freeze()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return  # not glibc
