"""Logs in and out: CSV, Parquet, and XES, the format of process mining; and any firm's export.

`write(run, "phone.xes")` writes any log there is; `read("crm.csv", person="client")` reads the
kit's own and somebody else's, and `check("crm.csv")` says what can be known from it. `cdnow()` and
`completejourney("yogurt")` are real customers.
"""

from cjsim.data.export import Export
from cjsim.data.files import check, convert, propose, read, write
from cjsim.data.groceries import completejourney
from cjsim.data.mapping import FileMap
from cjsim.data.mistakes import LogError
from cjsim.data.records_shop import cdnow
from cjsim.data.report import Report
from cjsim.measures.log import Log

__all__ = [
    "Export", "FileMap", "Log", "LogError", "Report", "cdnow", "check", "completejourney",
    "convert", "propose", "read", "write",
]  # fmt: skip
