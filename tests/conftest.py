"""What every test shares: the same examples from hypothesis each time."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "the same each time",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("the same each time")
