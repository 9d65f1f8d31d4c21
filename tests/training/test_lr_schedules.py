"""Learning rates over time."""

from __future__ import annotations

import json
import math

import pytest

from embedkit.training.lr_schedules import SCHEDULES, Rate


def test_constant():
    rate = Rate(20.0)
    assert [rate(0), rate(10**9)] == [20, 20]
    assert not rate.validated(3.0)
    assert not rate.validated(5.0)
    assert rate(1) == 20


def test_plateau_divides_when_validation_is_no_better_than_the_best():
    rate, rates = Rate(20.0, "plateau", decay=4.0), []
    for loss in [6, 5, 5.5, 5.2, 4.9, 4.9, math.nan]:
        rates.append((rate.validated(loss), rate(0)))
    assert rates == [
        (False, 20),
        (False, 20),
        (True, 5),
        (True, 1.25),
        (False, 1.25),
        (True, 0.3125),
        (True, 0.078125),
    ]


def test_plateau_stops_at_the_floor():
    rate = Rate(1.0, "plateau", decay=10.0, floor=0.05)
    for _ in range(4):
        rate.validated(1.0)
    assert rate(0) == 0.05


def test_cosine_is_half_a_wave():
    rate = Rate(8.0, "cosine", total=100, floor=2.0)
    assert [rate(0), rate(50), rate(100), rate(150)] == pytest.approx([8, 5, 2, 2])
    assert rate(25) == pytest.approx(2 + 3 * (1 + math.sqrt(0.5)))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_warm_up_rises_to_the_rate(schedule):
    rate = Rate(8.0, schedule, total=20, warmup=4)
    assert [rate(update) for update in range(5)] == [2, 4, 6, 8, 8]


def test_the_wave_begins_after_the_warm_up():
    rate = Rate(8.0, "cosine", total=14, warmup=4)
    assert rate(9) == pytest.approx(4)
    assert rate(14) == pytest.approx(0)


def test_what_is_stored_goes_on():
    rate, fresh, other = (Rate(20.0, "plateau") for _ in range(3))
    other.restore(json.loads(json.dumps(fresh.state())))
    assert not other.validated(9)
    for loss in (5, 6):
        rate.validated(loss)
    fresh.restore(json.loads(json.dumps(rate.state())) | {"lr": 9.0, "schedule": "constant"})  # no state: options hold
    assert fresh(0) == 5
    assert fresh.validated(5.5)
    assert not fresh.validated(4.5)


def test_schedules_are_known_by_name():
    with pytest.raises(ValueError, match="no schedule 'step'; there are constant, plateau, cosine"):
        Rate(1.0, "step")
