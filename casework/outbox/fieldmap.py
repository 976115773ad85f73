"""The field map: a YAML file that says how the landlord's case system calls what it is told. It is checked
when the program starts; docs/connector.example.yml explains it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from casework.outbox import sources
from casework.outbox.rows import EVENTS

Target = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", max_length=120)]
Plain = str | int | float | bool | None
# What is ours to set: authentication, the idempotency key, the signature.
_OURS = ("authorization", "idempotency-key", "content-type", "content-length", "host")


class MapError(ValueError):
    """The map cannot be used. The message ends a sentence and repeats no value of it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Source(_Strict):
    """Where a field comes from, and what its codes are called over there."""

    source: str = Field(alias="from")
    values: dict[str, Plain] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    def read(self, facts: dict[str, Any]) -> Any:
        value = facts[self.source]
        if self.values is None:
            return value
        if isinstance(value, list):
            return [self.values.get(str(item), item) for item in value]
        return self.values.get(str(value), value)


class Request(_Strict):
    """How one event is sent. ``path`` is added to the address; ``{reference}`` in it is the case's."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._~/{}-]*)?$")] = ""

    @field_validator("path")
    @classmethod
    def _only_reference(cls, path: str) -> str:
        if set("{}") & set(path.replace("{reference}", "")) or ".." in path:
            raise ValueError("a path with no placeholder but {reference}")
        return path


class FieldMap(_Strict):
    """The whole file."""

    fields: dict[Target, Source] = Field(min_length=1)
    fixed: dict[Target, Plain] = {}
    headers: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")], str] = {}
    events: dict[str, Request] = {"new_case": Request(), "case_completed": Request()}

    @model_validator(mode="after")
    def _agrees(self) -> FieldMap:
        targets = [*self.fields, *self.fixed]
        for name in targets:
            if targets.count(name) > 1 or any(other.startswith(f"{name}.") for other in targets):
                raise ValueError(f"one meaning for the field '{name}'")
        known = sources.FREE | sources.guarded()
        for name, field in self.fields.items():
            if field.source not in known:
                raise ValueError(f"a known source for the field '{name}'")
            codes = sources.codes_of(field.source)
            if field.values is not None and codes and set(field.values) != set(codes):
                raise ValueError(f"exactly the codes of '{field.source}' as values of the field '{name}'")
        for event in self.events:
            if event not in EVENTS:
                raise ValueError(f"events among {', '.join(EVENTS)}")
        for header, value in self.headers.items():
            if header.lower() in _OURS or header.lower().startswith("webhook-") or not value.isprintable():
                raise ValueError(f"no header that the program sets itself, as '{header}'")
        return self

    @property
    def wanted(self) -> frozenset[str]:
        """All sources that are named."""
        return frozenset(field.source for field in self.fields.values())

    def body(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The nested object of one case: dots in names make objects."""
        made: dict[str, Any] = {}
        values = {name: field.read(facts) for name, field in self.fields.items()}
        for name, value in {**self.fixed, **values}.items():
            *way, last = name.split(".")
            place = made
            for step in way:
                place = place.setdefault(step, {})
            place[last] = value
        return made


@lru_cache(maxsize=4)
def load_map(path: Path, allowed: tuple[str, ...]) -> FieldMap:
    """The map of this process: it is read once. ``allowed`` names the guarded sources that may leave.

    Raises ``MapError``.
    """
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MapError("a file that can be read") from error
    except yaml.YAMLError as error:
        raise MapError("a file in YAML") from error
    try:
        made = FieldMap.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise MapError(f"{reason}{f' (at {where})' if where else ''}") from None
    check_allowed(made.wanted, allowed)
    return made


def check_allowed(wanted: Iterable[str], allowed: tuple[str, ...]) -> None:
    """Raises ``MapError`` where words, contact or identity would leave without permission."""
    refused = sorted(set(wanted) & sources.guarded() - set(allowed))
    if refused:
        raise MapError(f"only sources that may leave; '{refused[0]}' is not named in REPORTING_CONNECTOR_ALLOW")
