"""Word files as PDF, by LibreOffice where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from responsibility.core.errors import ResponsibilityError

#: Seconds one file may take; LibreOffice needs a few to start for the first time.
_PATIENCE = 120.0
_MISSING = "本机没有 LibreOffice，没有转成 PDF；docx 已经写好，可以用 Word、WPS 打开另存为 PDF"


def to_pdf(document: Path, patience: float = _PATIENCE) -> Path:
    """The document as a PDF beside it; without LibreOffice, or where it fails, an error says so.

    It runs with a profile of its own: one that is open on the desktop is not disturbed, and does not take it over.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise ResponsibilityError(_MISSING, "安装 LibreOffice 后再运行一次")
    with tempfile.TemporaryDirectory(prefix="zeren-pdf-") as folder:
        home = Path(folder)
        command = [program, f"-env:UserInstallation={(home / 'profile').as_uri()}", "--headless", "--norestore"]
        source = home / "document.docx"
        shutil.copyfile(document, source)
        said = _run([*command, "--convert-to", "pdf", "--outdir", str(home), str(source)], patience)
        made = home / "document.pdf"
        if not made.is_file():
            what = "打不开 Word 文件（可能没有装 Writer 组件）" if "could not be loaded" in said else "没有转出 PDF"
            raise ResponsibilityError(
                f"本机的 LibreOffice {what}；docx 已经写好", "装好 Writer，或用 Word、WPS 另存为 PDF"
            )
        target = document.with_suffix(".pdf")
        shutil.move(made, target)
    return target


def _run(command: list[str], patience: float) -> str:
    """What the program said; it and whatever it started end when it takes too long."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True
    ) as program:
        try:
            return program.communicate(timeout=patience)[0]
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            raise ResponsibilityError(
                f"LibreOffice 过了 {patience:.0f} 秒还没有转好，没有 PDF；docx 已经写好",
                "稍后再试，或用 Word、WPS 另存为 PDF",
            ) from None


def missing_fonts(names: list[str]) -> list[str]:
    """Those of the fonts that this machine does not have; none where it cannot be told."""
    program = shutil.which("fc-list")
    if program is None:
        return []
    done = subprocess.run([program, ":", "family"], capture_output=True, text=True, timeout=60, check=False)
    known = {family.strip() for family in re.split(r"[,\n]", done.stdout)}
    known |= {family.replace(" ", "") for family in known}
    return [name for name in names if name not in known]
