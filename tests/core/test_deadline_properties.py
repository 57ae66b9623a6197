"""What holds for every date however it is written, and for any text at all."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from responsibility.core.deadline import Deadline, Kind, read, read_milestones
from responsibility.core.workdays import calendar_of

CALENDAR = calendar_of([], [], [2024])
WEEKDAYS = "一二三四五六日"


def reading(phrase: str, issued_on: date) -> Deadline:
    return read(phrase, issued_on, CALENDAR, 15)


CHINESE = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))


def numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    digit = ["", *"一二三四五六七八九"]
    return (("" if tens == 1 else digit[tens]) + "十" if tens else "") + digit[ones]


def writings(day: date) -> list[str]:
    year, weekday = str(day.year), WEEKDAYS[day.weekday()]
    cn_year = "".join(CHINESE[char] for char in year)
    wide = f"{year}年{day.month}月{day.day}日".translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    return [
        f"{year}年{day.month}月{day.day}日",
        f"{year}年{day.month:02}月{day.day:02}日",
        f"{year}年{day.month}月{day.day}号",
        f"{year}.{day.month}.{day.day}",
        f"{year}.{day.month:02}.{day.day:02}",
        f"{year}-{day.month:02}-{day.day:02}",
        f"{year}/{day.month}/{day.day}",
        f"{year}{day.month:02}{day.day:02}",
        f"{year} 年 {day.month} 月 {day.day} 日",
        f"{cn_year}年{numeral(day.month)}月{numeral(day.day)}日",
        f"{year}年{day.month}月{day.day}日（星期{weekday}）",
        f"{year}年{day.month}月{day.day}日(周{weekday})",
        wide,
    ]


AROUND = [
    ("", ""),
    ("", "前"),
    ("请于", "之前报送"),
    ("完成时限：", ""),
    ("（", "前完成）"),
    ("各党支部于", "前完成自查并报领导小组办公室"),
    ("最迟不超过", "，"),
    ("力争", "前完成"),
]
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@settings(deadline=None)
@given(day=DAYS, before=st.integers(0, 700), around=st.sampled_from(AROUND))
def test_any_day_is_read_as_that_day(day: date, before: int, around: tuple[str, str]) -> None:
    expected = {around[0] + written + around[1]: ("date", day) for written in writings(day)}
    found = {phrase: reading(phrase, day - timedelta(days=before)) for phrase in expected}
    assert {phrase: (str(each.kind), each.due_on) for phrase, each in found.items()} == expected


@settings(deadline=None)
@given(day=DAYS, before=st.integers(0, 300))
def test_a_day_without_its_year_is_the_next_such_day(day: date, before: int) -> None:
    """Or a question, where the month is that of issue and the day is over; never another year."""
    issued_on = day - timedelta(days=before)
    found = reading(f"{day.month}月{day.day}日前", issued_on)
    assert found.due_on == day


CONNECTORS = ["至", "到", "—", "－", "-", "~", "～", "–", "──", "——"]


@settings(deadline=None)
@given(first=DAYS, length=st.integers(0, 400), to=st.sampled_from(CONNECTORS), issued=st.integers(0, 300))
def test_a_stretch_is_read_from_its_first_to_its_last_day(first: date, length: int, to: str, issued: int) -> None:
    last = first + timedelta(days=length)
    issued_on = first - timedelta(days=issued)
    for one, other in zip(writings(first), writings(last), strict=True):
        found = reading(f"{one}{to}{other}", issued_on)
        assert (found.kind, found.starts_on, found.due_on) == (Kind.RANGE, first, last), f"{one}{to}{other}"


@settings(deadline=None)
@given(day=DAYS, other=st.sampled_from(WEEKDAYS))
def test_a_weekday_that_is_not_the_calendar_s_is_named(day: date, other: str) -> None:
    assume(other != WEEKDAYS[day.weekday()])
    found = reading(f"{day.year}年{day.month}月{day.day}日（星期{other}）前", day)
    assert found.needs_confirmation
    assert f"日历上{day}是星期{WEEKDAYS[day.weekday()]}" in found.because
    assert f"所写的是星期{other}" in found.because
    assert [each.due_on for each in found.readings] == [day]


@settings(deadline=None)
@given(first=DAYS, days=st.integers(1, 60), said=st.integers(1, 60))
def test_a_length_that_is_not_the_calendar_s_is_named(first: date, days: int, said: int) -> None:
    last = first + timedelta(days=days - 1)
    found = reading(f"{first:%Y.%m.%d}—{last:%Y.%m.%d}（共{said}天）", first)
    assert found.needs_confirmation == (days != said)
    if days == said:
        assert (found.starts_on, found.due_on) == (first, last)
    else:
        assert f"在日历上是{days}天，所写的是{said}天" in found.because
        assert [each.due_on for each in found.readings] == [last, first + timedelta(days=said - 1)]


WORDS = st.sampled_from(
    [
        *(
            "2024年",
            "2025年",
            "今年",
            "明年",
            "次年",
            "当年",
            "本月",
            "下月",
            "次月",
            "3月",
            "12月",
            "1月",
            "15日",
            "31日",
            "20号",
        ),
        *(
            "月底",
            "年底",
            "底",
            "末",
            "初",
            "中",
            "上旬",
            "中下旬",
            "一季度",
            "第三季度",
            "上半年",
            "全年",
            "年内",
            "本周五",
            "星期六",
        ),
        *(
            "前",
            "之前",
            "以前",
            "内",
            "起",
            "后",
            "左右",
            "至",
            "到",
            "—",
            "-",
            "～",
            "、",
            "，",
            "；",
            "：",
            "（",
            "）",
            "或",
            "和",
            "/",
        ),
        *(
            "每",
            "每月",
            "每周",
            "每季度末",
            "每年",
            "逐月",
            "双月",
            "连续三年",
            "一次",
            "2次",
            "5个工作日",
            "30天",
            "三个月",
            "共7天",
        ),
        *(
            "请于",
            "应",
            "力争",
            "原则上",
            "确保",
            "最迟",
            "不超过",
            "其中",
            "完成",
            "报送",
            "投运的项目",
            "启动",
            "验收",
            "各支部",
        ),
        *(
            "即日起",
            "印发之日起",
            "收到通知后",
            "会后",
            "验收",
            "立行立改",
            "长期坚持",
            "持续推进",
            "17:00",
            "下午5点",
            "下班",
            "\n",
        ),
        *("元旦", "国庆节", "春节", "7", "10.15", "2024-10-15", "2024.6", "未", "除", "的", "根据情况"),
    ]
)


@settings(deadline=None, max_examples=400)
@given(text=st.lists(WORDS, min_size=1, max_size=9).map("".join), issued_on=DAYS)
def test_any_row_of_words_is_read_within_reason_or_asked_about(text: str, issued_on: date) -> None:
    """Never an error; a day only from issue on and within a lifetime; a question says why, in Chinese."""
    for found in (reading(text, issued_on), read_milestones(text, issued_on, CALENDAR, 15)):
        if found is None:
            continue
        assert any("\u4e00" <= char <= "\u9fff" for char in found.because)
        if found.needs_confirmation:
            assert found.due_on is None
            assert found.readings or found.impossible or found.kind is Kind.EVENT or found.milestones
            continue
        if found.due_on is None:
            assert found.kind is Kind.LONG_TERM
            continue
        assert issued_on <= found.due_on <= issued_on.replace(year=issued_on.year + 100, day=1)
        assert found.starts_on is None or found.starts_on <= found.due_on
