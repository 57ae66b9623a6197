"""Reading deadlines as people write them. What is unclear is never guessed: it becomes a question.

`wording` brings a phrase to one spelling, `periods` knows the calendar's words, `terms` lengths, `recurrence` what
comes back, `milestones` several periods, `clauses` dates inside sentences; `reading` holds the ordered rules, `records`
turns a reading into JSON and back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from responsibility.later import later

if TYPE_CHECKING:
    from responsibility.core.deadline.events import bind, bind_known, event_key
    from responsibility.core.deadline.reading import default_deadline, read, read_milestones
    from responsibility.core.deadline.records import from_record, milestone_days, to_json, to_record
    from responsibility.core.deadline.recurrence import begun, first_due, occurrence, occurrences, rule_of
    from responsibility.core.deadline.types import Deadline, Kind, Milestone, Occurrence, Reading

__all__ = [
    "Deadline",
    "Kind",
    "Milestone",
    "Occurrence",
    "Reading",
    "begun",
    "bind",
    "bind_known",
    "default_deadline",
    "event_key",
    "first_due",
    "from_record",
    "milestone_days",
    "occurrence",
    "occurrences",
    "read",
    "read_milestones",
    "rule_of",
    "to_json",
    "to_record",
]

#: Which module holds which names; each is loaded when one of them is first used.
_WHERE = {
    "events": "bind bind_known event_key",
    "reading": "default_deadline read read_milestones",
    "records": "from_record milestone_days to_json to_record",
    "recurrence": "begun first_due occurrence occurrences rule_of",
    "types": "Deadline Kind Milestone Occurrence Reading",
}
__getattr__ = later(__name__, _WHERE)
