"""Cases that hypothesis makes up: the same in every run, alone or among all tests; others, and more, in a wide search.

    python -m pytest -m hypothesis --hypothesis-profile=wide

What a wide search finds becomes an `@example`, so that every run has it from then on.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

WIDE = 10  # times as many cases


def same_every_time() -> None:
    """Load the profile of ordinary runs; `wide` is there to be named on the command line."""
    # Slow machines are no faults: nothing may hang on the clock.
    untimed = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "database": None}
    settings.register_profile("same", derandomize=True, **untimed)
    settings.register_profile("wide", derandomize=False, max_examples=100 * WIDE, print_blob=True, **untimed)
    settings.load_profile("same")
    # Constants of the package's modules become cases too, of those that happen to be loaded by then.
    if hasattr(providers, "is_local_module_file"):
        providers.is_local_module_file = lambda path: False


def is_wide() -> bool:
    return settings.get_current_profile_name() == "wide"


def cases(n: int, *suppress: HealthCheck) -> settings:
    """So many of them, for a test that is not worth a hundred, or worth more."""
    return settings(
        max_examples=n * (WIDE if is_wide() else 1), suppress_health_check=[HealthCheck.too_slow, *suppress]
    )
