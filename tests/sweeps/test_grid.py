import pytest

from sgdtui.sweeps.grid import Axis, GridError, parse_axes, parse_axis, point_key, point_seed, points, size


def test_ranges_and_lists():
    assert parse_axis("s=1:3:5") == Axis("s", (1, 1.5, 2, 2.5, 3), "linear")
    assert parse_axis("eta=0.01:1:3:log") == Axis("eta", (0.01, 0.1, 1), "log")
    assert parse_axis("eta = 1:0.01:3:log").values == (1, 0.1, 0.01)
    assert parse_axis("batch=1,2, 4") == Axis("batch", (1, 2, 4))
    assert parse_axis("batch=1:64:7:log").values == (1, 2, 4, 8, 16, 32, 64)
    assert parse_axis("kind=sgd,sde").values == ("sgd", "sde")
    assert parse_axis("law=student-t(3),gaussian").values == ("student-t(3)", "gaussian")
    assert parse_axis("noise=min(1, x**2),1").values == ("min(1, x**2)", 1)
    assert parse_axis("eta=0.1:0.3:3").values == (0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("eta", "write NAME="),
        ("=1,2", "write NAME="),
        ("eta=", "write NAME="),
        ("eta=1:2", "a range is"),
        ("eta=1:2:3:exp", "a range is"),
        ("eta=a:2:3", "from a number to a number"),
        ("eta=1:2:1", "from 2 to"),
        ("eta=1:2:x", "from 2 to"),
        ("eta=1:1:3", "two different"),
        ("eta=0:1:3:log", "above 0"),
        ("eta=1,1.0", "twice"),
        ("eta=1,,2", "empty value"),
        ("eta=1:inf:3", "finite"),
    ],
)
def test_what_is_no_axis(text, says):
    with pytest.raises(GridError) as caught:
        parse_axis(text)
    assert says in str(caught.value)


def test_the_grid_is_the_product_with_the_last_axis_fastest():
    axes = parse_axes(["a=1,2", "b=1:3:3"])
    assert size(axes) == 6
    assert [tuple(v for _, v in point) for point in points(axes)] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 2),
        (2, 3),
    ]
    with pytest.raises(GridError, match="twice"):
        parse_axes(["a=1,2", "a=3,4"])
    with pytest.raises(GridError, match="at least one"):
        parse_axes([])


def test_a_point_is_known_by_its_settings_alone():
    one, other = (("eta", 0.1), ("batch", 2)), (("batch", 2.0), ("eta", 0.1))
    assert point_key("p", one) == point_key("p", other)
    assert point_seed(7, one) == point_seed(7, other)
    assert point_key("q", one) != point_key("p", one)
    assert point_seed(8, one) != point_seed(7, one)
    every = [point_seed(0, point) for point in points(parse_axes(["a=0:1:40", "b=0:1:40"]))]
    assert len(set(every)) == 1600


def test_the_middle_of_a_gap():
    assert parse_axis("eta=0.01:1:3:log").between(0.01, 0.1) == pytest.approx(0.0316228)
    assert parse_axis("s=0:1:3").between(0, 0.5) == 0.25
    assert parse_axis("batch=1:65:3").between(1, 33) == 17
