"""What is checked before anything starts: addresses, secrets, and which fields may leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casework.outbox import sources
from casework.outbox.fieldmap import load_map
from casework.outbox.ways import configured, names
from casework.settings import Settings, SettingsError

EXAMPLE = Path(__file__).parents[2] / "docs" / "connector.example.yml"
KEY = "sixteen bytes or more"
SMTP = {"outbox_transport": "smtp", "smtp_url": "smtps://mail.example.org", "mail_from": "no-reply@example.org"}
HOOK = {"webhook_url": "https://hooks.example.org/x", "webhook_key": KEY}
SYSTEM = {"connector_url": "https://cases.example.org/api", "connector_map": EXAMPLE, "connector_key": KEY}
OAUTH = {**SYSTEM, "connector_auth": "oauth", "connector_token_url": "https://id.example.org/token",
         "connector_client_id": "reporting", "connector_client_secret": "s"}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "ways"),
    [
        ({}, []), ({"outbox_transport": "file"}, ["mail"]), (SMTP, ["mail"]), (HOOK, ["webhook"]),
        (SYSTEM, ["case_system"]), (OAUTH, ["case_system"]),
        ({**SMTP, **HOOK, **SYSTEM}, ["mail", "case_system", "webhook"]),
    ],
)  # fmt: skip
def test_only_what_is_configured_leaves(
    make_settings: Callable[..., Settings], values: dict[str, Any], ways: list[str]
) -> None:
    made = make_settings(**values)
    assert names(made) == [way.name for way in configured(made)] == ways


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({**SMTP, "smtp_url": ""}, "SMTP_URL"),
        ({**SMTP, "smtp_url": "https://mail.example.org"}, "SMTP_URL"),
        ({**SMTP, "smtp_url": "smtps://mail.example.org:port"}, "SMTP_URL"),
        ({**SMTP, "smtp_url": "smtp://mail.example.org:25"}, "SMTP_URL"),
        ({**SMTP, "mail_from": ""}, "MAIL_FROM"),
        ({**SMTP, "mail_from": "a@b.org\nBcc: canary@example.org"}, "MAIL_FROM"),
        ({**HOOK, "webhook_key": ""}, "WEBHOOK_KEY"),
        ({**HOOK, "webhook_key": "short"}, "WEBHOOK_KEY"),
        ({**HOOK, "webhook_key": "whsec_not base64!"}, "WEBHOOK_KEY"),
        ({**HOOK, "webhook_url": "http://hooks.example.org/x"}, "WEBHOOK_URL"),
        ({**HOOK, "webhook_url": "https://me:canary@hooks.example.org/x"}, "WEBHOOK_URL"),
        ({**SYSTEM, "connector_url": "ftp://cases.example.org"}, "CONNECTOR_URL"),
        ({**SYSTEM, "connector_key": ""}, "CONNECTOR_KEY"),
        ({**SYSTEM, "connector_map": None}, "CONNECTOR_MAP"),
        ({**SYSTEM, "connector_map": Path("/nowhere/map.yml")}, "CONNECTOR_MAP"),
        ({**SYSTEM, "connector_allow": "answers.canary"}, "CONNECTOR_ALLOW"),
        ({**SYSTEM, "connector_auth": "basic"}, "CONNECTOR_AUTH"),
        ({**OAUTH, "connector_token_url": "http://id.example.org"}, "CONNECTOR_TOKEN_URL"),
        ({**OAUTH, "connector_client_id": ""}, "CONNECTOR_CLIENT_ID"),
        ({**OAUTH, "connector_client_secret": ""}, "CONNECTOR_CLIENT_SECRET"),
        ({"delivery_timeout": 20, "delivery_lease": 30}, "DELIVERY_LEASE"),
        ({"delivery_ca_file": Path(__file__)}, "DELIVERY_CA_FILE"),
    ],
)
def test_a_setting_that_does_not_fit_stops_the_start_and_is_not_repeated(
    make_settings: Callable[..., Settings], values: dict[str, Any], named: str
) -> None:
    with pytest.raises(SettingsError) as error:
        make_settings(**values)
    assert str(error.value).startswith(f"REPORTING_{named} ") and "canary" not in str(error.value)


def test_without_encryption_only_where_it_is_said(make_settings: Callable[..., Settings]) -> None:
    plain = {**SMTP, "smtp_url": "smtp://mail:25", **HOOK, "webhook_url": "http://hooks:80/"}
    assert names(make_settings(**plain, delivery_allow_plain=True)) == ["mail", "webhook"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "dictionary"),
        ("fields: [", "YAML"),
        ("fields: {}", "fields"),
        ("fields: {a: nothing_known}", "a known source"),
        ("fields: {a: reference}\nfixed: {a: 1}", "one meaning"),
        ("fields: {a: reference, a.b: link}", "one meaning"),
        ("fields: {'a b': reference}", "fields"),
        ("fields: {a: {from: category, values: {hate: H}}}", "exactly the codes"),
        ("fields: {a: {from: category, to: b}}", "fields.a"),
        ("fields: {a: reference}\nheaders: {Authorization: canary}", "no header"),
        ('fields: {a: reference}\nheaders: {X-A: "b\\ncanary"}', "no header"),
        ("fields: {a: reference}\nevents: {closed: {}}", "events among"),
        ("fields: {a: reference}\nevents: {new_case: {method: GET}}", "method"),
        ("fields: {a: reference}\nevents: {new_case: {path: '/{name}'}}", "placeholder"),
        ("fields: {a: reference}\nevents: {new_case: {path: '/../x'}}", "placeholder"),
        ("fields: {a: reference}\nevents: {new_case: {path: '@elsewhere.org/'}}", "path"),
        ("fields: {a: reference}\nmore: 1", "more"),
    ],
)
def test_a_map_that_cannot_be_used_stops_the_start(
    make_settings: Callable[..., Settings], tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "map.yml"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        make_settings(**{**SYSTEM, "connector_map": path})
    assert said in str(error.value) and "canary" not in str(error.value)


@pytest.mark.parametrize("source", sorted(sources.guarded()))
def test_no_word_contact_or_name_leaves_unless_the_setting_names_it(
    make_settings: Callable[..., Settings], tmp_path: Path, source: str
) -> None:
    path = tmp_path / "map.yml"
    path.write_text(f"fields: {{a: {source}}}")
    other = next(name for name in sorted(sources.guarded()) if name != source)
    for allowed in ("", other):
        with pytest.raises(SettingsError, match="REPORTING_CONNECTOR_ALLOW"):
            make_settings(**{**SYSTEM, "connector_map": path, "connector_allow": allowed})
    assert make_settings(**{**SYSTEM, "connector_map": path, "connector_allow": f"{other}, {source}"})


def test_everything_that_may_hold_a_word_is_guarded() -> None:
    guarded = sources.guarded()
    assert {"answers.account", "answers.also_said", "answers.notes", "answers.where_postcode"} <= guarded
    assert {"contact.method", "identity_details.reporter_name", "identity_details.contact_value"} <= guarded
    assert not guarded & sources.FREE
    assert not any("answers." in source or "identity_details" in source for source in sources.FREE)


def test_the_example_map_lets_nothing_guarded_out() -> None:
    assert load_map(EXAMPLE, ()).wanted <= sources.FREE
