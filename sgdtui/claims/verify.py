"""Run presets and check their claims, many presets at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, as_completed
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sgdtui.claims.check import Claim
from sgdtui.lab.allowance import HEADLESS

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment

Progress = Callable[[str, float, str], None]
"""Called with a preset's name, the share of it that is done, and what is being done."""


@dataclass(frozen=True, slots=True)
class Verified:
    """One preset, run and checked.

    claims    checked, in the preset's order
    seconds   that it took, compilation included
    problem   why it could not be run; "" where it was
    complete  False where it was interrupted: its claims were then checked on what there was
    """

    name: str
    title: str
    claims: tuple[Claim, ...]
    seconds: float
    problem: str = ""
    complete: bool = True

    @property
    def holds(self) -> bool:
        """Whether it ran and every claim holds."""
        return not self.problem and self.complete and all(claim.holds for claim in self.claims)

    def failing(self, why: Callable[[Claim], str]) -> Verified:
        """With those of the claims that hold made to fail for which `why` gives a reason."""
        claims = (
            replace(claim, holds=False, problem=reason) if claim.holds and (reason := why(claim)) else claim
            for claim in self.claims
        )
        return replace(self, claims=tuple(claims))

    def document(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return {
            "preset": self.name,
            "title": self.title,
            "holds": self.holds,
            "seconds": round(self.seconds, 3),
            "claims": [claim.document() for claim in self.claims],
        } | ({"problem": self.problem} if self.problem else {})


def presets_with_claims(groups: Sequence[str]) -> list[str]:
    """The names of all in groups of the library that claim something, or that cannot be read (which will show)."""
    from sgdtui.preset.library import names
    from sgdtui.preset.load import load
    from sgdtui.preset.text.problem import PresetError

    found = []
    for name in (name for group in groups for name in names(group)):
        try:
            claims = load(name).expect
        except PresetError:
            found.append(name)
        else:
            found += [name] if claims else []
    return found


def verify(
    names: Sequence[str],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    executor: Executor | None = None,
    budget: float = HEADLESS,
) -> Iterator[Verified]:
    """Run each preset (a name or a file) with its variants and check its claims; yields each as it is done.

    A single preset runs in this process on `threads` threads, one a core by default. Several run in processes of one
    thread each, as many as `threads`, or on `executor`: predictions and compilation then run side by side too. The
    numbers are the same either way.

    Args:
        names: presets.
        threads: cores to use.
        progress: called now and then; for presets in other processes at their end only.
        cancelled: asked now and then; once True a preset running here stops where it is, others are dropped.
        executor: where to run several presets; closed by its owner.
        budget: seconds of one core that each prediction may take.
    """
    from sgdtui.settings.processes import core_count

    stop = cancelled or (lambda: False)
    cores = threads or core_count()
    if executor is None and (len(names) == 1 or cores == 1):
        for name in names:
            if stop():
                return
            yield verify_one(name, cores, progress, stop, budget)
        return
    from sgdtui.settings.processes import RunPool

    pool = RunPool(min(cores, len(names))) if executor is None else None
    futures: dict[Future[Verified], str] = {}
    try:
        for name in names:
            future = (executor or pool).submit(verify_one, name, 1, budget=budget)  # type: ignore[union-attr]
            futures[future] = name
        for future in as_completed(futures):
            name = futures[future]
            verified = _outcome(future, name)
            if progress is not None:
                progress(name, 1.0, "done")
            yield verified
            if stop():
                return
    finally:
        for future in futures:
            future.cancel()
        if pool is not None:
            if all(future.done() for future in futures):
                pool.shutdown()
            else:
                pool.abandon()


def verify_one(
    name: str,
    threads: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    budget: float = HEADLESS,
) -> Verified:
    """Run one preset with its variants and check its claims. A failure is a `problem`, not an exception."""
    from sgdtui.preset.load import load
    from sgdtui.preset.text.problem import PresetError

    begin = time.perf_counter()
    experiment: Experiment | None = None
    try:
        experiment = load(name)
        return _run_and_check(name, experiment, threads, progress, cancelled, begin, budget)
    except PresetError as error:
        problem = str(error)
    except Exception as error:  # one preset's failure must not cost the others
        problem = f"{type(error).__name__}: {error}"
    title = experiment.title if experiment is not None else name
    return Verified(name, title, (), time.perf_counter() - begin, problem)


def _run_and_check(
    name: str,
    experiment: Experiment,
    threads: int | None,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
    begin: float,
    budget: float,
) -> Verified:
    from sgdtui.claims.check import check
    from sgdtui.lab.run import run

    tell = None if progress is None else (lambda share, doing: progress(name, share, doing))
    result = run(experiment, threads=threads, progress=tell, cancelled=cancelled, budget=budget)
    claims = check(experiment, result.document())
    return Verified(
        name, experiment.title, tuple(claims), time.perf_counter() - begin, complete=result.complete
    )


def _outcome(future: Future[Verified], name: str) -> Verified:
    try:
        return future.result()
    except CancelledError:
        problem = "cancelled"
    except Exception as error:  # a process that died: BrokenProcessPool, or a cluster's own error
        problem = f"{type(error).__name__}: {error}"
    return Verified(name, name, (), 0.0, problem)
