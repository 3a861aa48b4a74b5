"""What holds for every test."""

from hypothesis import HealthCheck, settings

# The same examples in every run, however slow the machine: a red test is red for a reason in the code.
settings.register_profile(
    "fluxcord", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fluxcord")
