"""What is shown: figures with alt text that states the finding."""

from cjsim.charts.ab_test import ab_test
from cjsim.charts.attribution import attribution
from cjsim.charts.cohorts import cohorts
from cjsim.charts.confusion_map import confusion_map
from cjsim.charts.contact_map import contact_map
from cjsim.charts.doubt import doubt
from cjsim.charts.dwell import dwell
from cjsim.charts.expert_curve import expert_curve
from cjsim.charts.fit_check import fit_check
from cjsim.charts.funnel import funnel
from cjsim.charts.journey_map import journey_map
from cjsim.charts.occupancy import occupancy
from cjsim.charts.optimum import optimum
from cjsim.charts.paired import paired
from cjsim.charts.path_variants import path_variants
from cjsim.charts.phase_map import phase_map
from cjsim.charts.picture import Picture
from cjsim.charts.profile import profile
from cjsim.charts.record_loss import record_loss
from cjsim.charts.reliability import reliability
from cjsim.charts.retention import retention
from cjsim.charts.step_matrix import step_matrix
from cjsim.charts.story import a_story, story
from cjsim.charts.timeline import timeline
from cjsim.charts.tornado import tornado
from cjsim.charts.touchpoints import touchpoints
from cjsim.charts.uplift import uplift
from cjsim.charts.waterfall import waterfall
from cjsim.charts.weak_point import weak_point

__all__ = [
    "Picture",
    "a_story",
    "ab_test",
    "attribution",
    "cohorts",
    "confusion_map",
    "contact_map",
    "doubt",
    "dwell",
    "expert_curve",
    "fit_check",
    "funnel",
    "journey_map",
    "occupancy",
    "optimum",
    "paired",
    "path_variants",
    "phase_map",
    "profile",
    "record_loss",
    "reliability",
    "retention",
    "step_matrix",
    "story",
    "timeline",
    "tornado",
    "touchpoints",
    "uplift",
    "waterfall",
    "weak_point",
]
