"""Logs in and out: CSV, Parquet, and XES, the format of process mining.

`write(run, "phone.xes")` writes any log there is; `read("crm.csv", columns={"client": "person"})`
reads the kit's own and somebody else's.
"""

from cjsim.data.files import read, write
from cjsim.data.mistakes import LogError
from cjsim.data.records_shop import cdnow
from cjsim.measures.log import Log

__all__ = ["Log", "LogError", "cdnow", "read", "write"]
