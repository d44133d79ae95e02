import pytest

from sgdtui.preset.load import build
from sgdtui.sweeps.executors import LocalProcesses
from sgdtui.sweeps.grid import Axis, parse_axes
from sgdtui.sweeps.refine import Target
from sgdtui.sweeps.sweep import Plan, sweep
from sgdtui.sweeps.table import TableFile, read_table
from tests.sweeps.quick_points import QuickEngine, Threads, read

QUANTITIES = ("gibbs.tv", "draw", "verdict")


@pytest.fixture(scope="module")
def experiment():
    return build({"loss": "x**2/2"})


def plan_of(experiment, *over, target=None, **fixed):
    axes = (*parse_axes(over), *(Axis(name, (value,)) for name, value in fixed.items()))
    return Plan(experiment, axes, QUANTITIES, seed=3, target=target)


def swept(plan, path, engine, **options):
    table = TableFile(path, "p", [axis.name for axis in plan.axes], plan.quantities)
    try:
        return sweep(plan, table, engine, read, **options)
    finally:
        table.close()


def rows_of(path):
    table = read_table(path)
    return {
        key: (x, tv, draw)
        for key, x, tv, draw in zip(
            *(table.columns[c] for c in ("key", "x", "gibbs.tv", "draw")), strict=True
        )
    }


def test_every_point_is_a_row_and_progress_is_told(experiment, tmp_path):
    told = []
    outcome = swept(
        plan_of(experiment, "x=1:3:3", "y=1,2"), tmp_path / "t.csv", Threads(), progress=told.append
    )
    assert outcome.complete
    assert [p.done for p in told] == [1, 2, 3, 4, 5, 6]
    assert {p.total for p in told} == {6}
    assert sorted(tv for _, tv, _ in rows_of(tmp_path / "t.csv").values()) == pytest.approx(
        [0.1, 0.2, 0.2, 0.3, 0.4, 0.6]
    )


def test_a_rerun_does_only_what_is_missing_with_the_same_numbers(experiment, tmp_path):
    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    plan = plan_of(experiment, "x=1:9:9")
    swept(plan, whole, Threads())
    seen = []
    stopped = swept(plan, parts, Threads(1), progress=seen.append, cancelled=lambda: len(seen) >= 3)
    assert not stopped.complete
    assert 3 <= len(rows_of(parts)) < 9
    before = len(rows_of(parts))
    outcome = swept(plan, parts, Threads())
    assert outcome.complete
    assert outcome.progress.resumed == before
    assert rows_of(parts) == rows_of(whole)


def test_the_numbers_do_not_depend_on_the_order_of_points_or_axes(experiment, tmp_path):
    swept(plan_of(experiment, "x=1:4:4", "y=1,2"), tmp_path / "a.csv", Threads(3))
    swept(plan_of(experiment, "y=2,1", "x=4:1:4"), tmp_path / "b.csv", Threads(1))
    assert rows_of(tmp_path / "a.csv") == rows_of(tmp_path / "b.csv")


def test_a_point_that_fails_is_a_row_that_says_why(experiment, tmp_path):
    path = tmp_path / "t.csv"
    plan = plan_of(experiment, "x=1,2,3", fails=2)
    outcome = swept(plan, path, Threads())
    assert outcome.progress.failures == 1
    assert sorted(filter(None, read_table(path).columns["error"])) == ["it was told to fail"]
    assert swept(plan, path, Threads()).progress.resumed == 3
    again = swept(plan, path, Threads(), retry=True)
    assert again.progress.resumed == 2
    assert again.progress.failures == 1


def test_refining_resumes_too(experiment, tmp_path):
    path = tmp_path / "t.csv"
    plan = plan_of(experiment, "x=1:9:3", target=Target("gibbs.tv", 0.37, 5))
    outcome = swept(plan, path, Threads())
    (crossing,) = outcome.crossings
    assert crossing.position == pytest.approx(3.7)
    assert outcome.progress.done == outcome.progress.total == len(rows_of(path))
    again = swept(plan, path, Threads())
    assert again.crossings == outcome.crossings
    assert again.progress.resumed == again.progress.done == outcome.progress.done


def test_ten_thousand_points_are_never_all_in_memory(experiment, tmp_path):
    engine = Threads(2)
    most = 0

    class Watched(Threads):
        def executor(self):
            inner = super().executor()
            submit = inner.submit

            def counted(*arguments):
                nonlocal most
                most = max(most, self.pool._work_queue.qsize())
                return submit(*arguments)

            inner.submit = counted
            return inner

    engine = Watched(2)
    swept(plan_of(experiment, "x=1:300:300"), tmp_path / "t.csv", engine)
    assert most <= 6
    assert engine.closed == [False]


def test_an_error_in_the_parent_lets_go_of_the_engine(experiment, tmp_path):
    engine = Threads(2)

    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(plan_of(experiment, "x=1:9:9"), tmp_path / "t.csv", engine, progress=interrupted)
    assert engine.closed == [True]
    assert len(rows_of(tmp_path / "t.csv")) == 1


def test_a_process_that_dies_costs_its_point_s_time_only(experiment, tmp_path):
    path, log = tmp_path / "t.csv", tmp_path / "log.txt"
    engine = QuickEngine(LocalProcesses(2))
    plan = plan_of(experiment, "x=1:8:8", log=str(log), die=4, once=1)
    outcome = swept(plan, path, engine)
    assert outcome.complete
    assert outcome.progress.failures == 0
    assert len(rows_of(path)) == 8
    assert engine.started == 2


def test_a_point_that_kills_its_process_is_given_up_and_the_rest_is_done(experiment, tmp_path):
    path, log = tmp_path / "t.csv", tmp_path / "log.txt"
    outcome = swept(plan_of(experiment, "x=1:5:5", log=str(log), die=3), path, QuickEngine(LocalProcesses(2)))
    assert outcome.complete
    table = read_table(path)
    assert [x for x, error in zip(table.columns["x"], table.columns["error"], strict=True) if error] == [3]
    assert len(table) == 5
