"""Settings: read from the environment, from ``*_FILE`` for secrets, or from ``.env``; checked before
anything starts.

``load_settings()`` raises ``SettingsError`` with one sentence that names the setting. The sentence never
repeats the value: it may be a secret.
"""

from __future__ import annotations

import os
import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from casework.catalogues import ENGLISH, is_readable, known
from casework.colours import contrast

PREFIX = "REPORTING_"
# Enough for white words on the colour, and for the colour as words on every light ground of the pages.
COLOUR_CONTRAST = 5.5
SECRETS = (
    "database_url", "smtp_url", "webhook_url", "webhook_key", "connector_key", "connector_client_secret",
    "delivery_proxy", "front_door_key",
)  # fmt: skip


class SettingsError(ValueError):
    """A setting is wrong. The message is a sentence for the person who starts the program."""


class FileSecrets(PydanticBaseSettingsSource):
    """``REPORTING_SMTP_URL_FILE=/run/secrets/smtp``: the way container platforms hand over secrets."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in SECRETS:
            variable = f"{PREFIX}{name.upper()}_FILE"
            path = os.environ.get(variable)
            if path:
                try:
                    found[name] = Path(path).read_text(encoding="utf-8").strip()
                except (OSError, UnicodeDecodeError) as error:
                    raise SettingsError(f"{variable} names a file that cannot be read.") from error
        return found


def _named(name: str, *more: str) -> AliasChoices:
    return AliasChoices(f"{PREFIX}{name.upper()}", *more, name)


class Settings(BaseSettings):
    """All that can be configured. Frozen: a process keeps the settings it started with."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True,
        validate_default=True, hide_input_in_errors=True, env_ignore_empty=True, populate_by_name=True,
    )  # fmt: skip

    # Where things are
    home: Path = Path("var")
    database_url: str = ""
    env: Literal["production", "test"] = "production"
    host: str = "0.0.0.0"
    port: Annotated[int, Field(ge=1, le=65535, validation_alias=_named("port", "PORT"))] = 8080
    rasa_port: Annotated[int, Field(ge=1, le=65535, validation_alias=_named("rasa_port", "RASA_PORT"))] = 5005
    action_port: Annotated[int, Field(ge=1, le=65535, validation_alias=_named("action_port", "ACTION_PORT"))] = 5055
    base_url: str = ""
    front_door_key: Annotated[SecretStr, Field(validation_alias=_named("front_door_key", "FRONT_DOOR_KEY"))] = (
        SecretStr("")
    )

    # The front door
    rate_limit: bool = True
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    turn_deadline: Annotated[float, Field(gt=0, le=60)] = 8.0
    session_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24.0

    # Time
    clock_offset: Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)] = 0.0
    start_of_day: time = time(9, 0)
    close_of_day: time = time(17, 0)
    extra_holidays: Annotated[tuple[date, ...], NoDecode] = ()
    follow_up_days: Annotated[int, Field(ge=1, le=366)] = 28
    update_days: Annotated[int, Field(ge=1, le=366)] = 14
    alert_repeat_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 10.0

    # The landlord
    landlord_name: str = "Livv Housing Group"
    landlord_phone: str = ""
    landlord_email: str = ""
    # Of buttons and links on the pages: `#` and six hexadecimal digits, dark enough for white words on it.
    landlord_colour: str = "#1b5e5a"
    # The neutral page that Exit opens.
    exit_url: str = "https://www.bbc.co.uk/weather"
    # The landlord's own websites that may show the chat in a frame; each exactly, such as https://www.example.org.
    embed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    # Serves /embedding, which shows the launcher at work.
    embed_page: bool = False
    # What reporters may choose from, the first one where nothing fits; each has its texts in locale/.
    languages: Annotated[tuple[str, ...], NoDecode] = (ENGLISH,)
    duty_phone: str = ""
    duty_manager_name: str = "Duty manager"
    duty_manager_email: str = ""
    homes: Annotated[int, Field(ge=0)] = 0
    # The month in which the landlord's year begins: figures "this year" count from its first day.
    year_begins_in: Annotated[int, Field(ge=1, le=12)] = 4

    # Delivery
    outbox_transport: Literal["none", "file", "smtp"] = "none"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    webhook_url: SecretStr = SecretStr("")
    webhook_key: SecretStr = SecretStr("")
    # The landlord's case-management system: its address, and which of its fields get what (fieldmap.py).
    connector_url: str = ""
    connector_map: Path | None = None
    # Words, contact and identity leave only where they are named here too.
    connector_allow: Annotated[tuple[str, ...], NoDecode] = ()
    # Identity leaves only where the report says that whoever it happened to agrees.
    connector_identity_consent: bool = True
    connector_auth: Literal["none", "hmac", "oauth"] = "hmac"
    connector_key: SecretStr = SecretStr("")
    connector_token_url: str = ""
    connector_client_id: str = ""
    connector_client_secret: SecretStr = SecretStr("")
    connector_scope: str = ""
    delivery_attempts: Annotated[int, Field(ge=1, le=100)] = 20
    # Seconds that one attempt may take altogether, and after which a dead worker's message is taken again.
    delivery_timeout: Annotated[float, Field(ge=0.1, le=60)] = 20.0
    delivery_lease: Annotated[float, Field(ge=0.2, le=3600)] = 120.0
    # Trust these certificate authorities instead of the public ones.
    delivery_ca_file: Path | None = None
    delivery_proxy: SecretStr = SecretStr("")
    # Mail and notices without encryption to other machines.
    delivery_allow_plain: bool = False

    # Seeing who somebody is: whether a second person has to approve it, and for how long request and approval hold.
    reveal_second_person: bool = False
    reveal_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 60.0

    # Retention, by record class (case-record.md, "Retention")
    draft_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24.0
    ended_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 60.0
    case_years: Annotated[int, Field(ge=1, le=50)] = 6
    not_asb_months: Annotated[int, Field(ge=1, le=120)] = 12
    # After how long without a word an advisor is told of a chat about serious danger that broke off.
    broken_off_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 60.0

    @field_validator(
        "trusted_proxies", "extra_holidays", "embed_origins", "connector_allow", "languages", mode="before"
    )
    @classmethod
    def _comma_list(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("landlord_colour")
    @classmethod
    def _readable_colour(cls, value: str) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value) or contrast(value, "#ffffff") < COLOUR_CONTRAST:
            raise ValueError(f"a colour such as #1b5e5a, with a contrast of {COLOUR_CONTRAST} to 1 against white")
        return value.lower()

    @field_validator("landlord_email")
    @classmethod
    def _plain_email(cls, value: str) -> str:
        if value and not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", value):
            raise ValueError("one email address")
        return value

    @field_validator("exit_url")
    @classmethod
    def _safe_way_out(cls, value: str) -> str:
        # A mistake here would take away somebody's way out.
        if not re.fullmatch(r"https://[^\s\"'<>\\]+", value):
            raise ValueError("an https address")
        return value

    @field_validator("embed_origins")
    @classmethod
    def _exact_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not re.fullmatch(r"https://[a-z0-9.-]+(:\d+)?|http://(localhost|127\.0\.0\.1)(:\d+)?", origin):
                raise ValueError("exact origins such as https://www.example.org, without a path or a star")
        return value

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(is_readable(tag) for tag in value):
            raise ValueError(f"one or several of {', '.join(known())}, each with a file that can be read")
        return tuple(dict.fromkeys(value))

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("start_of_day", "close_of_day")
    @classmethod
    def _plain_time(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("a time of day without a zone, such as 17:00")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
            raise ValueError("sqlite:/// or postgresql:// at its start")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def database(self) -> str:
        """The database address; a SQLite file under ``home`` unless another is configured."""
        return self.database_url or f"sqlite:///{self.home / 'reporting.db'}"

    @property
    def address(self) -> str:
        """Where people reach the pages, without a slash at the end; used in the links of messages."""
        return (self.base_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def duty_configured(self) -> bool:
        """Whether somebody can be reached out of hours; if not, the reporter is told so."""
        return bool(self.duty_phone)

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    @property
    def keys_dir(self) -> Path:
        return self.home / "keys"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, FileSecrets(settings_cls), dotenv_settings)


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process. Raises ``SettingsError`` naming the first setting that is wrong."""
    from casework.outbox.checks import check_delivery

    try:
        made = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    if found := check_delivery(made):
        raise SettingsError(_named_sentence(*found))
    return made


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = str(first["loc"][0]) if first["loc"] else "settings"
    name = where if where.isupper() else f"{PREFIX}{where.upper()}"
    return _named_sentence(name, first["msg"].removeprefix("Value error, ").rstrip("."))


def _named_sentence(name: str, reason: str) -> str:
    return f"{name} has a value that cannot be used: expected {_expected(reason)}."


def _expected(reason: str) -> str:
    for prefix in ("Input should be ", "expected "):
        if reason.startswith(prefix):
            return reason.removeprefix(prefix)
    return reason[:1].lower() + reason[1:]
