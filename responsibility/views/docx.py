"""Documents as Word files: the office's template, filled in a sandbox."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from responsibility.core.errors import ConfigError

#: The day every part of a file bears, so that the same text gives the same bytes.
_UNDATED = (1980, 1, 1, 0, 0, 0)
_UNKNOWN = re.compile(r"'([^']+)' is undefined|no attribute '([^']+)'")


def fill(template: Path, fields: Mapping[str, Any], at: datetime) -> bytes:
    """The template with its `{{ … }}` filled; a ConfigError names the file and what is wrong in it.

    What is filled in is text and nothing else: no template code, no markup. `at` is when it was written.
    """
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    named = f"config/templates/documents/{template.name}"
    document = DocxTemplate(str(template))
    try:
        document.render(dict(fields), environment)
        _say_when(document, fields, at)
        written = io.BytesIO()
        document.save(written)
    except TemplateError as error:
        raise ConfigError(f"{named}：{_fault(error)}", _MEND) from None
    except Exception:  # whatever a file of the office's holds, the document is still to be made
        broken = "打不开，不是完整的 Word 文件（.docx）" if document.docx is None else "填不出来，{{ }} 里的写法有误"
        raise ConfigError(f"{named}：{broken}", _MEND) from None
    return settled(written.getvalue())


_MEND = "改好模板，或删掉它用自带的；能用的名称见手册“公文”一节"


def _fault(error: Exception) -> str:
    """What a template does wrong, naming the variable where it is one."""
    from jinja2 import TemplateSyntaxError, UndefinedError

    if isinstance(error, UndefinedError) and (found := _UNKNOWN.search(str(error))):
        return f"用了没有的内容“{found[1] or found[2]}”"
    what = "模板写法有误" if isinstance(error, TemplateSyntaxError) else "模板用了不许用的内容"
    return f"{what}（{error}）"


def _say_when(document: Any, fields: Mapping[str, Any], at: datetime) -> None:
    properties = document.docx.core_properties  # get_docx() would read the template anew
    properties.title = f"{fields['文号']} {fields['事项']}"[:250]
    properties.author = properties.last_modified_by = str(fields["发文机关"])[:250]
    properties.created = properties.modified = at


def settled(content: bytes) -> bytes:
    """The same file without the times its parts were packed at."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            fixed = zipfile.ZipInfo(part.filename, _UNDATED)
            fixed.compress_type, fixed.create_system, fixed.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            after.writestr(fixed, before.read(part.filename))
    return out.getvalue()


def fonts_of(document: Path) -> list[str]:
    """The Chinese fonts a Word file names, each once."""
    with zipfile.ZipFile(document) as file:
        parts = [file.read(name) for name in file.namelist() if re.fullmatch(r"word/\w+\.xml", name)]
    found = re.findall(r'w:eastAsia="([^"]+)"', b"".join(parts).decode("utf-8"))
    return [name for name in dict.fromkeys(found) if re.search(r"[\u4e00-\u9fff]", name)]
