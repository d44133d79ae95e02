import numpy as np
import pytest

from sgdtui.sweeps.grid import GridError, parse_axes, points, size
from sgdtui.sweeps.refine import Target, parse_target, refine


def explored(axes, target, function):
    asking = refine(axes, target)
    seen = {}
    wanted = next(asking)
    while True:
        assert not set(wanted) & set(seen)
        seen |= {point: function(**dict(point)) for point in wanted}
        try:
            wanted = asking.send({point: seen[point] for point in wanted})
        except StopIteration as end:
            return seen, end.value


def tv(eta, batch):
    """Grows with eta/batch and bends: .05 at eta = .1 batch^.8."""
    return 0.05 * (eta / (0.1 * batch**0.8)) ** 1.5


def test_the_contour_lies_within_a_coarse_cell_of_the_full_grid_s_at_a_quarter_of_its_points():
    coarse = parse_axes(["eta=0.01:1:7:log", "batch=1:8:3:log"])
    seen, crossings = explored(coarse, Target("gibbs.tv", 0.05, levels=3), tv)
    full = parse_axes(["eta=0.01:1:49:log", "batch=1:8:17:log"])
    assert len(seen) <= size(full) / 4
    assert set(points(coarse)) <= set(seen)
    along_eta = [crossing for crossing in crossings if crossing.axis == "eta"]
    assert len(along_eta) == 3
    for crossing in along_eta:
        batch = dict(crossing.low)["batch"]
        exact = 0.1 * batch**0.8
        gap = np.log(100) / 48
        assert (
            abs(np.log(crossing.position / exact)) < gap / 4
        )  # interpolated within a gap halved three times
        assert np.log(dict(crossing.high)["eta"] / dict(crossing.low)["eta"]) == pytest.approx(gap)


def test_points_are_only_spent_on_the_contour():
    axes = parse_axes(["eta=0.01:1:24:log", "batch=1,2,4,8"])
    seen, crossings = explored(axes, Target("gibbs.tv", 0.05, levels=4), tv)
    assert len(seen) == 24 * 4 + 4 * sum(c.axis == "eta" for c in crossings)
    nowhere, none = explored(axes, Target("gibbs.tv", 1e9, levels=4), tv)
    assert len(nowhere) == 24 * 4
    assert none == []


def test_a_list_is_not_halved_and_one_range_is_needed():
    with pytest.raises(GridError, match="at least one axis must be a range"):
        next(refine(parse_axes(["eta=0.1,0.2"]), Target("m", 0.0)))


def test_points_without_a_value_draw_no_contour():
    axes = parse_axes(["eta=0:1:5"])
    seen, crossings = explored(axes, Target("m", 0.5, 3), lambda eta: None if eta > 0.5 else eta - 1)
    assert len(seen) == 5
    assert crossings == []


def test_whole_numbers_stay_whole_and_end_at_neighbours():
    axes = parse_axes(["batch=1:9:3"])
    seen, (crossing,) = explored(axes, Target("m", 6.5, 10), lambda batch: float(batch))
    assert sorted(dict(p)["batch"] for p in seen) == [1, 5, 6, 7, 9]
    assert crossing.position == pytest.approx(6.5)


def test_targets():
    assert parse_target("gibbs.tv=0.05", 2) == Target("gibbs.tv", 0.05, 2)
    for text in ("gibbs.tv", "=0.05", "gibbs.tv=x", "gibbs.tv=nan"):
        with pytest.raises(GridError, match="write MEASURE=VALUE"):
            parse_target(text, 2)
