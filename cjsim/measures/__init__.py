"""What is read off a run: each measure is a function of a `Record`, in the module of its noun.

Tables come as pandas frames, with units in the docstrings. `by` is None, "segment", "motive" or
"adopter"; `lens` names the map through which stages are seen. What is open at the horizon is
counted as open, never as lost. A mean or a share of nothing is NaN. What needs no more than who did
what when takes a `Log` as it takes a run; what it does not tell is NaN.
"""

from cjsim.measures.category import churn, share_of_category
from cjsim.measures.choices import choices
from cjsim.measures.cohorts import cohorts
from cjsim.measures.contacts import contact_map, contacts, sent, touchpoints
from cjsim.measures.contracts import contracts, renewals
from cjsim.measures.curiosity import curiosity
from cjsim.measures.desk import desk
from cjsim.measures.funnel import funnel, planned_loss
from cjsim.measures.habits import habits
from cjsim.measures.log import event_funnel
from cjsim.measures.money import break_even_day, deals_over_time, money, profit_over_time
from cjsim.measures.occupancy import occupancy
from cjsim.measures.passage import conversion, time_in_stage
from cjsim.measures.receipts import revenue_over_time, revenue_per_customer
from cjsim.measures.retention import repeat_rate, retention
from cjsim.measures.satisfaction import satisfaction
from cjsim.measures.service import service
from cjsim.measures.summary import OF_LOGS, UNITS, summary
from cjsim.measures.value import customer_value, payback, payback_day
from cjsim.measures.wordofmouth import generations, k_by_generation, word_of_mouth

__all__ = [
    "OF_LOGS",
    "UNITS",
    "break_even_day",
    "choices",
    "churn",
    "cohorts",
    "contact_map",
    "contacts",
    "contracts",
    "conversion",
    "curiosity",
    "customer_value",
    "deals_over_time",
    "desk",
    "event_funnel",
    "funnel",
    "generations",
    "habits",
    "k_by_generation",
    "money",
    "occupancy",
    "payback",
    "payback_day",
    "planned_loss",
    "profit_over_time",
    "renewals",
    "repeat_rate",
    "retention",
    "revenue_over_time",
    "revenue_per_customer",
    "satisfaction",
    "sent",
    "service",
    "share_of_category",
    "summary",
    "time_in_stage",
    "touchpoints",
    "word_of_mouth",
]
