"""任务台账 goes to the branches as a file and comes back with answers."""

from responsibility.usecases.sheet.answered import import_sheet
from responsibility.usecases.sheet.export import export_all, export_unit
from responsibility.usecases.sheet.progress import sheets_of

__all__ = ["export_all", "export_unit", "import_sheet", "sheets_of"]
