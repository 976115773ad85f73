"""Settings are typed, checked at the start, and a wrong one is named in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from casework import clocks
from casework.settings import Settings, SettingsError, load_settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REPORTING_PORT", "eighty"),
        ("REPORTING_PORT", "70000"),
        ("REPORTING_ENV", "staging"),
        ("REPORTING_CLOCK_OFFSET", "tomorrow"),
        ("REPORTING_CLOCK_OFFSET", "nan"),
        ("REPORTING_RATE_LIMIT", "perhaps"),
        ("REPORTING_CLOSE_OF_DAY", "25:00"),
        ("REPORTING_CLOSE_OF_DAY", "17:00+01:00"),
        ("REPORTING_EXTRA_HOLIDAYS", "2026-12-29,soon"),
        ("REPORTING_DATABASE_URL", "mysql://host/name"),
        ("REPORTING_OUTBOX_TRANSPORT", "pigeon"),
        ("REPORTING_DRAFT_HOURS", "-5"),
        ("REPORTING_EXIT_URL", "javascript:alert(1)"),
        ("REPORTING_EXIT_URL", "http://weather.example"),
        ("REPORTING_LANDLORD_COLOUR", "green"),
        ("REPORTING_LANDLORD_COLOUR", "#ffcc00"),
        ("REPORTING_LANDLORD_EMAIL", "not an address"),
        ("REPORTING_EMBED_ORIGINS", "https://www.example.org/page"),
        ("REPORTING_EMBED_ORIGINS", "https://*.example.org"),
        ("REPORTING_EMBED_ORIGINS", "http://www.example.org"),
        ("REPORTING_LANGUAGES", "en-GB,tlh"),
        ("REPORTING_LANGUAGES", ",,"),
    ],
)
def test_a_bad_setting_is_named_and_not_repeated(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as error:
        load_settings(_env_file=None)
    assert str(error.value).startswith(variable)
    assert str(error.value).endswith(".")
    assert value not in str(error.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "smtp"
    secret.write_text("smtps://user:pass@mail.example.org:465\n")
    monkeypatch.setenv("REPORTING_SMTP_URL_FILE", str(secret))
    found = load_settings(_env_file=None)
    assert found.smtp_url.get_secret_value() == "smtps://user:pass@mail.example.org:465"
    assert "pass" not in repr(found)


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTING_SMTP_URL_FILE", "/nowhere/smtp")
    with pytest.raises(SettingsError, match="REPORTING_SMTP_URL_FILE"):
        load_settings(_env_file=None)


def test_port_moves_the_public_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8181")
    assert load_settings(_env_file=None).port == 8181


def test_the_env_file_counts_less_than_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("REPORTING_LANDLORD_NAME=From file\nREPORTING_HOMES=12\n")
    monkeypatch.setenv("REPORTING_HOMES", "13")
    found = load_settings(_env_file=file)
    assert (found.landlord_name, found.homes) == ("From file", 13)


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTING_EXTRA_HOLIDAYS", "2026-12-29, 2026-12-30")
    assert load_settings(_env_file=None).extra_holidays == (date(2026, 12, 29), date(2026, 12, 30))


def test_the_database_lies_in_the_home(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    assert make_settings().database == f"sqlite:///{tmp_path / 'home' / 'reporting.db'}"


def test_the_offset_moves_the_clock_only_in_tests(make_settings: Callable[..., Settings]) -> None:
    plain = clocks.now(make_settings())
    moved = clocks.now(make_settings(clock_offset=86_400))
    ignored = clocks.now(make_settings(clock_offset=86_400, env="production"))
    assert (moved - plain).total_seconds() == pytest.approx(86_400, abs=60)
    assert (ignored - plain).total_seconds() == pytest.approx(0, abs=60)


def test_the_example_file_names_only_settings_that_exist() -> None:
    example = Path(__file__).parents[2] / ".env.example"
    names = {line.lstrip("#").split("=")[0] for line in example.read_text().splitlines() if "=" in line}
    variables = {name for name in names if name.startswith("REPORTING_")}
    known = {f"REPORTING_{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    assert variables and variables <= known, variables - known
