"""``python -m casework.questions.domain``: Rasa's domain and the story of the plan, from the plan and the
wording.

The form's slots and the questions' texts have one source; a test compares the committed files with this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from casework.conversation.understand import FREE_WORDS, controls
from casework.questions.plan import Plan, Question, plan
from casework.questions.wording import faq

FORM = "report_form"
HEADER = "# Made by `make domain` from the plan and the wording in casework/questions: change those instead.\n"
BUTTONS = ("start_report", "choose")
# Understood so that they are not taken for something else.
ALSO_HEARD = ("affirm", "deny", "greet", "thank", FREE_WORDS, "ask_for_person", "ask_for_language")
ACTIONS = (f"validate_{FORM}", "action_send_report", "action_leave_report", "action_after_report")


def intents(the_plan: Plan) -> list[str]:
    """Every intent: buttons, options in words, wishes, questions that people ask, free words."""
    found = dict.fromkeys(BUTTONS)
    for question in the_plan.questions:
        for option in question.options:
            found.update(dict.fromkeys(option.intents))
    for control in controls().values():
        found.update(dict.fromkeys(control.intents))
    found.update(dict.fromkeys(sorted(faq())))
    found.update(dict.fromkeys(ALSO_HEARD))
    return list(found)


def _slot(name: str) -> dict[str, Any]:
    """Filled only while its question is the open one (each mapping carries both conditions)."""
    condition = {"active_loop": FORM, "requested_slot": name}
    return {
        "type": "any",
        "influence_conversation": False,
        "mappings": [{"type": "from_text", "conditions": [condition]}],
    }


def _asked(question: Question) -> str:
    """The question for a developer's shell: its text and the options in words."""
    if not question.options:
        return question.text
    return f"{question.text} ({' / '.join(option.in_words for option in question.options)})"


def domain(the_plan: Plan) -> dict[str, Any]:
    """The whole domain, in the order in which the file is written."""
    slots: dict[str, Any] = {name: _slot(name) for name in the_plan.names}
    slots["outcome"] = {
        "type": "categorical",
        "values": ["send", "leave"],
        "influence_conversation": True,
        "mappings": [{"type": "custom"}],
    }
    responses: dict[str, Any] = {
        f"utter_ask_{FORM}_{question.name}": [{"text": _asked(question)}] for question in the_plan.questions
    }
    for intent, answer in sorted(faq().items()):
        responses[f"utter_{intent}"] = [{"text": "\n".join(answer)}]
    return {
        "version": "3.1",
        "intents": intents(the_plan),
        "slots": slots,
        "forms": {FORM: {"required_slots": list(the_plan.names)}},
        "responses": responses,
        "actions": list(ACTIONS),
        "session_config": {"session_expiration_time": 0, "carry_over_slots_to_new_session": False},
    }


class _Plain(yaml.SafeDumper):
    """Writes no anchors: Rasa's reader and people read plain YAML."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def stories(the_plan: Plan) -> dict[str, Any]:
    """A story that meets every question of the plan and ends in a case, and one in which everything is said.

    The form carries the conversation, so no policy learns from it; it shows the shape of a report and ties
    every ``utter_ask`` to the form for Rasa's own check of the data.
    """
    steps: list[dict[str, Any]] = [{"intent": "start_report"}, {"action": FORM}, {"active_loop": FORM}]
    for question in the_plan.questions:
        steps.append({"action": f"utter_ask_{FORM}_{question.name}"})
        steps.append({"intent": FREE_WORDS if question.takes_words else "choose"})
        steps.append({"action": FORM})
    steps += [
        {"active_loop": None},
        {"slot_was_set": [{"requested_slot": None}]},
        {"slot_was_set": [{"outcome": "send"}]},
        {"action": "action_send_report"},
    ]
    said: list[dict[str, Any]] = [{"intent": "start_report"}, {"action": FORM}, {"active_loop": FORM}]
    for intent in intents(the_plan):
        if intent != "start_report":
            said += [{"intent": intent}, {"action": FORM}]
    return {
        "version": "3.1",
        "stories": [
            {"story": "Every question of the plan, then sent", "steps": steps},
            {"story": "Whatever is said, the form takes it", "steps": said},
        ],
    }


def rendered(the_plan: Plan) -> dict[str, str]:
    """The files made from the plan: path from the repository's root → text."""

    def text(data: dict[str, Any]) -> str:
        return HEADER + yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)

    return {"domain.yml": text(domain(the_plan)), "data/stories/every_question.yml": text(stories(the_plan))}


def main() -> None:
    """Write the files below the working directory."""
    for path, text in rendered(plan()).items():
        Path(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
