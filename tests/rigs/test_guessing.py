"""The rig's judgement: it finds a difference that is there, and none where there is none."""

import random

from tests.rigs.guessing import ONE_IN, SAMPLES, u_test


def noise(seed: int, later: float = 0.0) -> list[float]:
    """Answers of about 30 ms, as noisy as those of a busy machine."""
    source = random.Random(seed)
    return [0.030 + later + source.expovariate(1 / 0.002) for _ in range(SAMPLES)]


def test_answers_of_one_kind_are_not_told_apart():
    told = [u_test(noise(seed), noise(seed + 1000))[1] < 1 / ONE_IN for seed in range(20)]
    assert sum(told) == 0


def test_a_third_of_a_millisecond_is_found_in_thirty():
    share, chance = u_test(noise(1), noise(2, later=0.0003))
    assert share > 0.5 and chance < 1 / ONE_IN


def test_equal_times_share_their_ranks():
    assert u_test([1.0, 1.0], [1.0, 1.0]) == (0.5, 1.0)
