"""Paper: preparation sheet, syringe label and aftercare page, as text and as HTML; and the report.

HTML is made here and nowhere else. A page shows what was recorded; it adds nothing and recommends nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.lazy import loader

if TYPE_CHECKING:
    from mesococktail.pages.aftercare import aftercare_page
    from mesococktail.pages.preparation_sheet import sheet
    from mesococktail.pages.report import report_page
    from mesococktail.pages.syringe_label import label

__all__ = ("aftercare_page", "label", "report_page", "sheet")

__getattr__ = loader(
    __name__,
    {
        "aftercare_page": "aftercare",
        "label": "syringe_label",
        "report_page": "report",
        "sheet": "preparation_sheet",
    },
)
