"""How many deadlines are read a second, in one process.

    python benchmarks/deadline.py [phrases of each sort]

For each sort of phrase, and for all of them shuffled, prints how many there are, how many of them are distinct (each is
written anew from its parts, so hardly two are alike), the seconds of processor, and the phrases per second: the
fastest of three runs, each with phrases of its own.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from measure import line

from responsibility.core.deadline import read
from responsibility.settings import bundled, load

WIDTHS = (28, 9, 9, 9, 11)
RUNS = 3
#: What is written, and the day of issue.
Phrase = tuple[str, date]
FIRST_DAY = date(2024, 1, 2)
WHO = ("", "", "请于", "各支部于", "完成时限：", "力争", "原则上")
WHAT = ("", "", "完成", "前完成", "前报送", "前完成整改并报领导小组办公室", "前全面完成")
TO = ("至", "到", "—", "－", "-", "~", "～", "–", "──", "——")


def main(phrases: int) -> None:
    calendar = load(bundled("config").parent, {}).calendar
    calendar.shift(FIRST_DAY, 1)  # its days are laid out once in a process, not once a phrase
    gc.set_threshold(100_000, 20, 20)  # as `zeren` does for every command
    line(("sort", "phrases", "distinct", "CPU s", "phrases/s"), WIDTHS)
    rng = random.Random(1)
    mixed: list[list[Phrase]] = [[] for _ in range(RUNS)]
    for name, write in SORTS.items():
        runs = [[(write(rng), FIRST_DAY + timedelta(days=rng.randrange(700))) for _ in range(phrases)] for _ in mixed]
        _race(name, runs, lambda phrase, day: read(phrase, day, calendar, 15))
        for all_of_a_run, written in zip(mixed, runs, strict=True):
            all_of_a_run += written
    for written in mixed:
        rng.shuffle(written)
    _race("all of them", mixed, lambda phrase, day: read(phrase, day, calendar, 15))


def _race(name: str, runs: Sequence[Sequence[Phrase]], act: Callable[[str, date], object]) -> None:
    """The fastest of the runs, each with phrases of its own."""
    taken = []
    for written in runs:
        start = time.process_time()
        for phrase, issued_on in written:
            act(phrase, issued_on)
        taken.append((time.process_time() - start, written))
    seconds, written = min(taken, key=lambda one: one[0])
    count = len(written)
    line((name, f"{count:,}", f"{len(set(written)):,}", f"{seconds:.2f}", f"{count / seconds:,.0f}"), WIDTHS)


def _day(rng: random.Random, late: int = 0) -> str:
    day = FIRST_DAY + timedelta(days=rng.randrange(700, 1200) + late)
    forms = ("{0}年{1}月{2}日", "{0}.{1}.{2}", "{0}-{1:02}-{2:02}", "{0}/{1}/{2}", "{1}月{2}日", "{1}月{2}日17:00")
    return rng.choice(forms).format(day.year, day.month, day.day)


def _month(rng: random.Random, late: int = 0) -> str:
    year = rng.choice(("", "", "今年", "明年", "2026年", "2027年")) if not late else "2028年"
    return year + rng.choice(
        (f"{rng.randint(1, 12)}月", f"{rng.choice('一二三四')}季度", rng.choice(("上半年", "下半年")))
    )


def _date(rng: random.Random) -> str:
    return rng.choice(WHO) + _day(rng) + rng.choice(WHAT)


def _month_end(rng: random.Random) -> str:
    return rng.choice(WHO) + _month(rng) + rng.choice("底末") + rng.choice(WHAT)


def _range(rng: random.Random) -> str:
    part = rng.choice((_day, _month))
    return rng.choice(("", "从", "自")) + part(rng) + rng.choice(TO) + part(rng, 500) + rng.choice(("", "底", "前"))


def _milestones(rng: random.Random) -> str:
    months = sorted(rng.sample(range(1, 13), rng.randint(2, 4)))
    if rng.random() < 0.5:
        return "、".join(f"{month}月{rng.choice(('', '底', '上旬'))}" for month in months)
    return "\n".join(f"{month}月：{rng.choice(('启动', '自查', '推进', '整改', '验收'))}" for month in months)


def _recurring(rng: random.Random) -> str:
    since = rng.choice(("", "", f"自{rng.randint(1, 12)}月起，", "2024年起"))
    cycle = rng.choice(
        (
            f"每月{rng.randint(1, 28)}日前",
            f"每周{rng.choice('一二三四五')}",
            f"每年{rng.randint(1, 12)}月底前",
            "每季度末",
            "每半年",
        )
    )
    return since + cycle + rng.choice(("", "报送", "报送工作进展情况", "1次"))


def _relative(rng: random.Random) -> str:
    since = rng.choice(("", "自印发之日起", "收到通知后", "会后", "反馈意见后"))
    return since + f"{rng.randint(1, 120)}" + rng.choice(("日内", "天内", "个工作日内", "个月内"))


def _without_end(rng: random.Random) -> str:
    return rng.choice(
        (_month_end(rng) + "，并长期坚持", "立行立改，长期坚持", "持续推进", "适时", f"{rng.randint(1, 12)}月前")
    )


SORTS: dict[str, Callable[[random.Random], str]] = {
    "days": _date,
    "month and quarter ends": _month_end,
    "ranges": _range,
    "milestones": _milestones,
    "recurring": _recurring,
    "relative, events": _relative,
    "long-term, unclear": _without_end,
}

if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000)
