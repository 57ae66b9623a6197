"""What the state may be grouped by; the command line knows these words before anything is counted."""

from __future__ import annotations

from enum import StrEnum


class By(StrEnum):
    """What the groups of a status are."""

    TIER = "tier"
    UNIT = "unit"
    LEADER = "leader"
    CATEGORY = "category"
    ITEM = "item"


#: Groups that are a matter of the item alone.
OF_ITEMS = (By.CATEGORY, By.ITEM)
