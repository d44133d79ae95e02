"""How often true laws are called false, and wrong ones right: `python -m tests.compare.false_alarms [SEEDS [SYSTEM…]]`.

Each system is predicted once and run with many seeds; what is right about it is known beforehand. A law is refused at
p < .001, so of 400 seeds .4 refuse a true law: 1 in 100 is allowed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sgdtui.lab.dt_bias import DtBias, has_dt_bias
from sgdtui.lab.judgement import appraise
from sgdtui.lab.plan import resolve
from sgdtui.lab.predictions import Foresight, bin_edges, foresee
from sgdtui.lab.step_doubling import Companions
from sgdtui.model.experiment import Experiment
from sgdtui.preset.load import load_text
from sgdtui.simulate.count.counts import Counts


@dataclass(frozen=True)
class System:
    """A preset, and which of its predictions are its law."""

    text: str
    true: tuple[str, ...]


SYSTEMS = {
    "line, sde": System(
        """
        loss: "x**2/2"
        dynamics: {kind: sde, eta: 0.2, dt: 0.1}
        space: {domain: [[-2, 2]]}
        run: {walkers: 4096, burn_in: 100, steps: 3000}
        """,
        ("gibbs", "fokker-planck", "transfer", "gaussian"),
    ),
    "line, sde, uneven noise": System(
        """
        loss: "(x**2 - 1)**2/4"
        noise: "1 + tanh(2*x)/2"
        dynamics: {kind: sde, eta: 0.8, dt: 0.05}
        space: {domain: [[-3.5, 3.5]]}
        run: {walkers: 4096, burn_in: 1500, steps: 3000}
        """,
        ("fokker-planck", "transfer"),
    ),
    "line, sde, kink": System(
        """
        loss: "abs(x)"
        dynamics: {kind: sde, eta: 0.5, dt: 0.002}
        space: {domain: [[-2.2, 2.2]]}
        run: {walkers: 4096, burn_in: 3000, steps: 8000}
        """,
        ("gibbs", "fokker-planck", "transfer"),
    ),
    "line, chain": System(
        """
        loss: "x**2/2"
        dynamics: {eta: 0.2}
        space: {domain: [[-2, 2]]}
        run: {walkers: 4096, burn_in: 100, steps: 3000}
        """,
        ("transfer", "gaussian"),
    ),
    "line, chain, two wells": System(
        """
        loss: "(x**2 - 1)**2/4"
        dynamics: {eta: 0.25}
        space: {domain: [[-3, 3]]}
        run: {walkers: 4096, burn_in: 2000, steps: 3000}
        """,
        ("transfer",),
    ),
    "plane, sde, circulating": System(
        """
        variables: [x, y]
        loss: "x**2 + y**2/4"
        noise: {covariance: [["1", "0.6"], ["0.6", "1"]]}
        dynamics: {kind: sde, eta: 0.2, dt: 0.05}
        space: {domain: [[-1.4, 1.4], [-2.6, 2.6]]}
        run: {walkers: 4096, burn_in: 300, steps: 2000, bins: 32}
        """,
        ("fokker-planck", "transfer", "gaussian"),
    ),
    "plane, chain": System(
        """
        variables: [x, y]
        loss: "x**2 + y**2/4"
        noise: {covariance: [["1", "0.6"], ["0.6", "1"]]}
        dynamics: {eta: 0.2}
        space: {domain: [[-1.4, 1.4], [-2.6, 2.6]]}
        run: {walkers: 4096, burn_in: 100, steps: 2000, bins: 32}
        """,
        ("transfer", "gaussian"),
    ),
    "space, sde": System(
        """
        variables: [x, y, z]
        loss: "x**2 + y**2/4 + z**2/2"
        dynamics: {kind: sde, eta: 0.5, dt: 0.02}
        run: {walkers: 4096, burn_in: 800, steps: 20000}
        """,
        ("gibbs", "gaussian"),
    ),
    "space, sde, long steps": System(
        """
        variables: [x, y, z]
        drift: ["-x - y", "x - y", "-2*z + x"]
        noise: {covariance: ["1", "2", "1"]}
        dynamics: {kind: sde, eta: 0.5, dt: 0.1}
        space: {domain: [[-3, 3], [-3, 3]]}
        run: {walkers: 4096, burn_in: 100, steps: 2000}
        """,
        ("gaussian",),
    ),
    "space, sde, sampled": System(
        """
        variables: [x, y, z]
        loss: "x**2/2 + x**4/4 + (y - x/2)**2 + z**2/2"
        dynamics: {kind: sde, eta: 0.5, dt: 0.05}
        space: {domain: [[-2, 2], [-2, 2]]}
        run: {walkers: 4096, burn_in: 200, steps: 2000, bins: 24}
        """,
        ("gibbs",),
    ),
    "space, chain": System(
        """
        variables: [x, y, z]
        loss: "x**2 + y**2/4 + z**2/2"
        noise: {covariance: [["1", "0.5", "0"], ["0.5", "1", "0.2"], ["0", "0.2", "2"]]}
        dynamics: {eta: 0.2}
        run: {walkers: 4096, burn_in: 100, steps: 4000}
        """,
        ("gaussian",),
    ),
}


def prepared(text: str) -> tuple[Experiment, Foresight]:
    """An experiment with its window and lengths, and all that is predicted about it."""
    experiment = resolve(load_text(text)).experiment
    *_, foresight = foresee(experiment, bin_edges(experiment))
    return experiment, foresight


def said(
    experiment: Experiment, foresight: Foresight, seeds: Iterable[int]
) -> Iterator[dict[str, bool | None]]:
    """What `agrees` is for every prediction, seed after seed."""
    from sgdtui.simulate.ensemble import Ensemble

    for seed in seeds:
        # Companions take the seeds after: every fourth keeps all runs independent.
        own = replace(experiment, run=replace(experiment.run, seed=4 * seed))
        ensemble = Ensemble(own)
        try:
            ensemble.advance(own.run.burn_in or 0, record=False)
            ensemble.advance(own.run.steps or 0, record=True)
            counts = ensemble.counts()
        finally:
            ensemble.close()
        known = foresight
        if has_dt_bias(own) and foresight.dt_bias is None:
            known = replace(foresight, dt_bias=measured_bias(own, counts))
        found = appraise(own, counts, known, settled=True).comparisons
        yield {name: comparison.agrees for name, comparison in found.items()}


def measured_bias(experiment: Experiment, counts: Counts) -> DtBias | None:
    """The bias of dt from companions that come as far as the run of `counts`."""
    companion = Companions(experiment, None)
    try:
        steps = experiment.run.steps or 0
        companion.step(steps, companion.lag(steps), None)
        return companion.bias(counts)
    finally:
        companion.close()


def main(seeds: int, names: Sequence[str] = ()) -> int:
    """Print a line for each prediction of each system; 1 if a true law was refused in over 1 of 100 seeds."""
    failed = 0
    for name in names or SYSTEMS:
        system = SYSTEMS[name]
        began = time.process_time()
        experiment, foresight = prepared(system.text)
        assert set(system.true) <= set(foresight.predictions), f"{name} lacks a prediction"
        results = list(said(experiment, foresight, range(seeds)))
        print(f"{name} ({time.process_time() - began:.0f} s)")
        for prediction in results[0]:
            of = Counter(result[prediction] for result in results)
            true = prediction in system.true
            wrong = true and of[False] > seeds / 100
            failed += wrong
            print(
                f"  {prediction:14} {'true' if true else '':5} refused {of[False]:4} undecided {of[None]:4} "
                f"holds {of[True]:4}{'   TOO OFTEN' if wrong else ''}",
                flush=True,
            )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, sys.argv[2:]))
