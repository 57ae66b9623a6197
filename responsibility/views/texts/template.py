"""One template in a sandbox: compiled once; what is wrong with it is said with file, line and variable."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from traceback import walk_tb
from typing import Any

from responsibility.views.texts.phrases import day

#: So many characters a message may have; a template that writes more has run away.
LARGEST = 200_000
#: So many turns the loops over `range` of one message may take.
TURNS = 10_000

#: Filters that make a short text long, or that switch the escaping off.
_NOT_OFFERED = ("batch", "center", "format", "indent", "random", "safe", "slice", "xmlattr")
_STRETCHES = frozenset({"center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill"})

#: What values are called in templates, for who reads the fault.
_CALLED = {
    "Digest": "digest",
    "DigestLine": "line",
    "Group": "group",
    "HandOver": "handover",
    "HandOverLine": "line",
    "Alarm": "alarm",
}

#: What the parser complains of, in the office's words; {0} is what it names.
_COMPLAINTS = (
    (r"Encountered unknown tag '([^']*)'", "没有 {0} 这种语句"),
    (r"[Nn]o filter named '([^']*)'", "没有 {0} 这个过滤器"),
    (r"[Nn]o test named '([^']*)'", "没有 {0} 这种判断"),
    (r"needs to be closed is '([^']*)'", "{0} 没有结尾，少了 end{0}"),
    (r"[Uu]nexpected end of template", "没有写完：少了 endif、endfor 一类的结尾"),
    (r"expected token 'end of print statement', got '([^']*)'", "{0} 附近写错了，或少了 }}}}"),
    (r"unexpected '([^']*)'", "多了 {0}，或它前面没有写完"),
    (r"[Mm]issing end of comment tag", "注释没有写完：少了 #}}"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one template."""

    #: As in `config/templates/digest.txt`.
    file: str
    #: None where it lies in no single line.
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.file}{f' 第 {self.line} 行' if self.line else ''}：{self.reason}"


class BrokenTemplate(Exception):
    """A template cannot be read, compiled or filled; carries the Fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Template:
    """A template of the office's or one that came with the program; raises BrokenTemplate when it is none."""

    def __init__(self, path: Path, environment: Any) -> None:
        from jinja2 import TemplateSyntaxError

        self.file = f"config/templates/{path.name}"
        self._environment = environment
        try:
            self._template = environment.from_string(path.read_text("utf-8-sig"))
        except TemplateSyntaxError as error:
            raise self._broken(error.lineno, f"模板写法有误：{_complaint(error.message or '')}") from None
        except (OSError, UnicodeDecodeError):
            raise self._broken(None, "读不了，应为 UTF-8 文本") from None
        except (RecursionError, MemoryError, OverflowError):
            raise self._broken(None, "写得太复杂，读不下去") from None

    def render(self, values: Mapping[str, Any]) -> str:
        """What the template makes of the values, one newline at its end; raises BrokenTemplate where it fails."""
        self._environment.turns = 0
        parts, size = [], 0
        try:
            for part in self._template.generate(values):
                parts.append(part)
                size += len(part)
                if size > LARGEST:
                    raise TooMuch(f"写出来超过 {LARGEST} 字，循环可能停不下来")
        except Exception as error:  # a template is the office's own program: whatever it does wrong is its fault
            raise self._broken(_line_of(error), _reason(error, sorted(values))) from None
        text = "".join(parts).strip()
        if not text:
            raise self._broken(None, "写出来是空的")
        return text + "\n"

    def _broken(self, line: int | None, reason: str) -> BrokenTemplate:
        return BrokenTemplate(Fault(self.file, line, reason))


class TooMuch(Exception):
    """A template goes on and on; says so in Chinese."""


@cache
def _kinds() -> tuple[type[Any], type[Any]]:
    """The sandbox and what stands for a missing value in it; Jinja is loaded when the first template is."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    class Missing(StrictUndefined):
        """Says in Chinese what is not there."""

        @property
        def _undefined_message(self) -> str:
            return _missing(self._undefined_obj, str(self._undefined_name))

    class Sandbox(SandboxedEnvironment):
        """Without what makes a short template run long."""

        intercepted_binops = frozenset({"*", "**", "%"})
        #: Turns taken by loops over `range` in the message at hand.
        turns = 0

        def getattr(self, obj: Any, attribute: str) -> Any:
            """Our own values hold nothing unsafe: the short way, several times faster."""
            return getattr(obj, attribute) if _is_plain(obj, attribute) else super().getattr(obj, attribute)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            _sums_only(operator, left, right)
            return super().call_binop(context, operator, left, right)

        def is_safe_callable(self, obj: Any) -> bool:
            return not _stretches(obj) and super().is_safe_callable(obj)

        def counted(self, *numbers: int) -> range:
            """`range`, so far and no further."""
            found = range(*numbers)
            self.turns += len(found)
            if self.turns > TURNS:
                raise TooMuch(f"循环超过 {TURNS} 次，停不下来")
            return found

    return Sandbox, Missing


def _is_plain(obj: Any, attribute: str) -> bool:
    return type(obj).__name__ in _CALLED and not attribute.startswith("_") and hasattr(obj, attribute)


def _sums_only(operator: str, left: Any, right: Any) -> None:
    """Arithmetic is for numbers: a text times a million fills the memory."""
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if not numbers or (operator == "**" and abs(right) > 16):
        raise TooMuch(f"这里不能用 {operator}")


def _stretches(obj: Any) -> bool:
    return getattr(obj, "__name__", "") in _STRETCHES and isinstance(getattr(obj, "__self__", None), str)


def sandbox(html: bool, filters: Mapping[str, Callable[..., Any]]) -> Any:
    """An environment for templates of texts, or of pages, in which every value is escaped."""
    kind, missing = _kinds()
    environment = kind(undefined=missing, autoescape=html, trim_blocks=True, lstrip_blocks=True)
    for name in _NOT_OFFERED:
        del environment.filters[name]
    del environment.globals["lipsum"]
    environment.globals["range"] = environment.counted
    environment.filters.update({"day": day, **filters})
    return environment


def _missing(owner: Any, name: str) -> str:
    from jinja2.utils import missing

    if owner is missing:
        return f"没有 {name} 这个内容"
    if name.startswith("_"):
        return f"不能用 {name}"
    called = _CALLED.get(type(owner).__name__, "")
    near = get_close_matches(name, [one for one in dir(owner) if not one.startswith("_")], 1)
    full = f"{called}.{name}" if called else name
    return f"没有 {full} 这个内容" + (f"（可能是 {near[0]}）" if near and called else "")


def _complaint(message: str) -> str:
    for pattern, said in _COMPLAINTS:
        if found := re.search(pattern, message):
            return said.format(*found.groups())
    return message.rstrip(".")


def _line_of(error: Exception) -> int | None:
    """The line of the template an error comes from; Jinja puts it into the traceback."""
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else None


def _reason(error: Exception, known: list[str]) -> str:
    from jinja2 import TemplateError
    from jinja2.exceptions import SecurityError

    if isinstance(error, TooMuch):
        return str(error)
    if isinstance(error, OverflowError | RecursionError | MemoryError):
        return "写得太长，或者循环停不下来"
    if isinstance(error, SecurityError) and not str(error).startswith("不能用"):
        return "用了不许用的写法"
    if isinstance(error, TemplateError):
        said = str(error.message or error)
        return said if "." in said or "不能用" in said else f"{said}；能用的有 {'、'.join(known)}"
    if isinstance(error, TypeError) and "no loader" in str(error):
        return "模板里不能引用别的文件"
    return f"算不出来（{error}）"
