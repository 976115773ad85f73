"""The assistant's files agree with the question plan, and Rasa's own check of the data finds nothing."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from casework.questions import plan
from casework.questions.domain import intents, rendered
from casework.questions.wording import faq
from tests.rasa.bot_kit import BOT_PYTHON, ROOT

FEWEST_EXAMPLES = 30


@pytest.mark.parametrize("path", sorted(rendered(plan())))
def test_the_file_is_what_the_plan_makes_of_it(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == rendered(plan())[path], "run `make domain`"


def examples() -> Counter[str]:
    found: Counter[str] = Counter()
    for file in (ROOT / "data" / "nlu").glob("*.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            found[entry["intent"]] += len(set(entry["examples"].strip().splitlines()))
    return found


def test_each_intent_has_examples_enough() -> None:
    counted = examples()
    assert set(counted) == set(intents(plan()))
    assert [name for name, count in counted.items() if count < FEWEST_EXAMPLES] == []


def test_each_question_that_people_ask_has_an_answer_after_the_report_too() -> None:
    rules = yaml.safe_load((Path(ROOT) / "data" / "rules" / "after_report.yml").read_text(encoding="utf-8"))["rules"]
    answered = {step["action"] for rule in rules for step in rule["steps"] if "action" in step}
    assert answered == {f"utter_{intent}" for intent in faq()}


@pytest.mark.slow
def test_rasa_finds_nothing_wrong_with_the_data() -> None:
    checked = subprocess.run(
        [str(BOT_PYTHON), "-m", "rasa", "data", "validate", "--data", "data", "--domain", "domain.yml"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
        env={"PATH": "/usr/bin:/bin", "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr[-2000:]
    ours = [
        line for line in (checked.stdout + checked.stderr).splitlines() if "rasa/" in line and "UserWarning" in line
    ]
    assert ours == []
