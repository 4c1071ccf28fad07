"""Logs in and out: CSV, Parquet, and XES, the format of process mining.

    data.write(run, "phone.xes")
    log = data.read("crm.csv", columns={"client": "person", "what": "event"}, days=365)
"""

from cjsim.data.files import read, write
from cjsim.data.mistakes import LogError
from cjsim.measures.log import Log

__all__ = ["Log", "LogError", "read", "write"]
