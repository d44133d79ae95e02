"""DESIGN §4.2, "Wrong input": each refused with its place, and all of a file's at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdtui.preset import dynamics
from sgdtui.preset.load import load_with_warnings
from tests.preset.preset_reading import mistake, mistakes, read


def test_everything_wrong_is_told_at_once_down_the_file() -> None:
    problems = mistakes(
        """\
        loss: x**2 + q
        noise: {covariance: 1, law: gausian}
        eta: 0.1
        dynamics: {eta: true, batch: 1.5, kind: sd}
        parameters: {sin: 1, s: {value: 20, max: 3}}
        space: {boundary: reflect}
        start: {at: [1, 2]}
        run: {walkers: 1e9}
        until: x
        expect: [{that: left, is: 3, withn: 2}]
        """
    )
    assert [(p.line, p.column) for p in problems] == [
        (1, 14),
        (2, 29),
        (3, 1),
        (4, 17),
        (4, 30),
        (4, 41),
        (5, 14),
        (5, 25),
        (6, 19),
        (7, 13),
        (8, 16),
        (9, 8),
        (10, 30),
    ]


@pytest.mark.parametrize(
    ("text", "place", "word", "hint"),
    [
        ("loss: x\nloss: x**2", (2, 1), "duplicate key 'loss'", "line 1"),
        ("loss: x**2\ncolour: red", (2, 1), "unknown key 'colour'", "allowed"),
        ("loss: x**2\nobserv: {}", (2, 1), "unknown key", "did you mean 'observe'?"),
        ("loss: x**2\neta: 0.1", (2, 1), "unknown key 'eta'", "belongs under dynamics"),
        ("loss: x**2\ndynamics: {learning_rate: 0.1}", (2, 12), "unknown key", "did you mean 'eta'?"),
        ("loss: x**2\ndynamics: {eta: true}", (2, 17), "truth value true", ""),
        ("loss: x**2\ndynamics: {eta: yes}", (2, 17), "the text 'yes'", ""),
        ("loss: true", (1, 7), "truth value", ""),
        ("loss: x**2\nparameters: {x: 1}", (2, 14), "'x' is a variable", ""),
        ("loss: x**2\nparameters: {y: 1}", (2, 14), "'y' is a variable", ""),
        ("loss: x**2\nparameters: {exp: 1}", (2, 14), "a word of the expression language", ""),
        ("loss: x**2\nparameters: {lambda: 1}", (2, 14), "a word of the expression language", ""),
        ("loss: x**2\nparameters: {k: 1}", (2, 14), "a word of the expression language", ""),
        ("loss: x**2\nparameters: {eta: 1}", (2, 14), "learning rate", ""),
        ("loss: x**2\nparameters: {'a b': 1}", (2, 14), "cannot be a name", ""),
        ("loss: x**2\nparameters: {s: {min: 1}}", (2, 14), "has no value", ""),
        ("loss: x**2\nparameters: {s: {value: 1, min: 3, max: 2}}", (2, 17), "range 3 to 2 is empty", ""),
        ("loss: x**2\nparameters: {s: {value: .nan}}", (2, 25), "finite", ""),
        ("loss: x**2 + y\nnoise: [[1, x], [y, 1]]", (2, 8), "not symmetric", "both places"),
        ("loss: x**2 + y\nnoise: {covariance: [[1, .5*x], [.6*x, 1]]}", (2, 34), "not symmetric", "both places"),
        ("loss: x**2 + y\nnoise: {covariance: [[1, 2], [2, 1]]}", (2, 8), "negative eigenvalue -1", ""),
        ("loss: x**2 + y\nnoise: {covariance: [[1, 2], [2]]}", (2, 21), "square", "2 entries each"),
        ("loss: x**2 + y\nnoise: {covariance: [1, [2, 3]]}", (2, 21), "mixed", ""),
        ("loss: x**2\nnoise: x\nspace: {domain: [[-1, 2]]}", (2, 8), "negative eigenvalue -1 at x = -1", ""),
        ("loss: x**2\nnoise: {covariance: [1, 2]}", (2, 8), "is for 2 dimensions, the system has 1", "noises that fit"),
        ("loss: x**2 + y**2\nnoise: 1 + H**2", (2, 8), "H, the curvature", "noises that fit"),
        ("loss: x**2\nnoise: rotating", (2, 8), "'rotating' is for 2 dimensions", "tanh-step"),
        ("loss: x**2\nnoise: {covariance: 1, law: cauchy}", (2, 29), "not a law", "stable"),
        ("loss: x**2\nnoise: {covariance: 1, law: stable(3)}", (2, 29), "out of range", "0 < ALPHA <= 2"),
        ("loss: x**2\nnoise: {covariance: 1, law: student-t(2)}", (2, 29), "out of range", "stable"),
        ("loss: x**2\nnoise: {covariance: 1, law: gaussian(2)}", (2, 29), "takes no number", ""),
        ("loss: x**2\nnoise: sqrt(x - 9)\nspace: {domain: [[-1, 1]]}", (2, 8), "not a finite number anywhere", ""),
        ("loss: log(-1 - x**2)\nspace: {domain: [[-1, 1]]}", (1, 7), "not a finite number anywhere", ""),
        ("loss: x**2\ndrift: [1]", (2, 1), "one system", "keep one of"),
        ("title: x", (1, 1), "there is no system", "loss"),
        ("[1, 2]", (1, 1), "a mapping is wanted", ""),
        ("loss: x**2\nrun: {walkers: 100000001}", (2, 16), "out of range", "<= 100000000"),
        ("loss: x**2\nrun: {seed: -1}", (2, 13), "out of range", "0 <= value"),
        ("loss: x**2\nrun: {steps: 0}", (2, 14), "no steps", "1 <= steps"),
        ("loss: x**2\nrun: {steps: many}", (2, 14), "'many'", "auto"),
        ("loss: x**2\nrun: {every: 2.5}", (2, 14), "whole number", ""),
        ("loss: x**2\ndynamics: {eta: 0}", (2, 17), "out of range", "0 < value"),
        ("loss: x**2\ndynamics: {eta: .inf}", (2, 17), "finite", ""),
        ("loss: x**2\ndynamics: {momentum: 1}", (2, 22), "out of range", "< 1"),
        ("loss: x**2\ndynamics: {kind: sde, convention: itho}", (2, 35), "'itho'", "did you mean 'ito'?"),
        ("loss: x**2\ndynamics: {kind: sde, convention: 1.5}", (2, 35), "out of range", "0 <= value <= 1"),
        ("loss: x**2\ndynamics: {kind: sde, momentum: 0.5}", (2, 33), "belongs to sgd", ""),
        ("loss: x**2\ndynamics: {schedule: eta/q}", (2, 26), "unknown name 'q'", ""),
        ("loss: x**2\nnoise: {covariance: 1, law: stable(1.5)}\ndynamics: {kind: sde}", (3, 18), "no variance", ""),
        ("loss: x**2\nspace: {boundary: periodic}", (2, 19), "there is no domain", "domain"),
        ("loss: x**2\nspace: {boundary: [open, open]}", (2, 19), "2 walls for 1 axes", ""),
        ("loss: x**2\nspace: {boundary: refl, domain: [[0, 1]]}", (2, 19), "'refl'", "did you mean 'reflect'?"),
        ("loss: x**2\nspace: {boundary: {reflect: v}, domain: [[0, 1]]}", (2, 19), "no variable 'v'", ""),
        ("loss: x**2\nspace: {domain: [[1, 0]]}", (2, 17), "is empty", "low must be below high"),
        ("loss: x**2\nspace: {domain: [[0, 1], [0, 1]]}", (2, 17), "2 intervals for 1 axes", ""),
        ("loss: x**2\nspace: {axes: [z]}", (2, 16), "no variable 'z'", "allowed: x"),
        ("loss: x**2\nstart: {at: [1, 2]}", (2, 13), "2 numbers for 1 variables", "x"),
        ("loss: x**2\nstart: {at: 1, uniform: [[0, 1]]}", (2, 1), "one way", "at, uniform, normal"),
        ("loss: x**2\nstart: {normal: {mean: 0, sd: -1}}", (2, 31), "out of range", "0 <= sd"),
        ("loss: x\nspace: {domain: [[0, 1]], boundary: reflect}\nstart: {at: 3}", (3, 13), "outside", "0 <= x"),
        ("loss: x**2\ntemperature: 0", (2, 14), "out of range", "positive"),
        ("loss: x**2\ntemperature: averag", (2, 14), "'averag'", "did you mean 'average'?"),
        ("loss: x**2\nobserve: {left: x <}", (2, 20), "missing after '<'", ""),
        ("loss: x**2\nobserve: {'a b': x}", (2, 11), "cannot be a name", ""),
        ("loss: x**2\nuntil: x + 1", (2, 8), "not a condition", "x > 1"),
        ("loss: {loss: x**2, regions: {r: x}}", (1, 33), "not a condition", ""),
        ("loss: {title: no loss}", (1, 1), "'loss' is missing", ""),
        ("loss: {loss: x**2, domain: [[0, 1], [0, 1]]}", (1, 28), "2 intervals for 1 variables", ""),
        ("loss: x**2\nvariables: [x, x]", (2, 16), "named twice", ""),
        ("loss: sin\n", (1, 7), "'sin' is a function", ""),
        ("loss: x**2\nexpect: [{is: 1}]", (2, 10), "'that' is missing", ""),
        ("loss: x**2\nexpect: [{that: 'import os; x', is: 1}]", (2, 17), "no path", ""),
        ("loss: x**2\nexpect: [{that: left, is: 1, variant: fast}]", (2, 39), "no variant 'fast'", ""),
        ("loss: x**2\nexpect: [{that: verdict, is: gibbs, within: 1}]", (2, 37), "only a number", ""),
        ("loss: x**2\nvariants: {a: {dynamics.knd: sde}}", (2, 16), "unknown key 'knd'", "did you mean 'kind'?"),
        ("loss: x**2\nvariants: {a: {ets: 1}}", (2, 16), "no dial or setting 'ets'", "did you mean 'eta'?"),
        ("loss: x**2\nvariants: {a: {dynamics.eta: -1}}", (2, 30), "out of range", ""),
        ("loss: x**2\nvariants: {a: 3}", (2, 15), "a mapping is wanted", ""),
        ("hops: {states: 3, rate: 1}\nnoise: 1", (2, 1), "does not go with hops", ""),
        ("hops: {states: 3, rate: x - 1}", (1, 25), "negative at x = 0", ""),
        ("hops: {states: 3, rate: 1, evaluate: target}", (1, 38), "'target'", "destination"),
        ("hops: {states: 3, rate: 1}\nstart: {at: 3}", (2, 13), "is no state", "0, 1, …, 2"),
        ("hops: {states: 3, rate: 1}\ndynamics: {eta: 1}", (2, 12), "no dynamics", ""),
        ("hops: {states: 3, rate: 1}\nrun: {bins: 7}", (2, 7), "one bin a state", ""),
        ("tumble: {speed: x}\nspace: {domain: [[-1, 1]], boundary: reflect}", (1, 17), "negative at x = -1", ""),
        ("drift: [-x, -y, -z]", (1, 8), "3 velocities for 1 variables", "variables"),
        ("drift: [-x]\nnoise: 1 + L", (2, 8), "names L", ""),
        ("loss: x**2\ndynamics: {swarm: {size: 0, coupling: 1}}", (2, 26), "out of range", "1 <= value"),
        ("version: 2\nloss: x", (1, 10), "out of range", "1 <= value <= 1"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, place: tuple[int, int], word: str, hint: str) -> None:
    problem = mistake(text)
    assert word in problem.message
    assert hint in problem.hint
    assert (problem.line, problem.column) == place


def test_a_nearly_right_preset_name_is_recognised() -> None:
    (problem,) = mistakes("loss: duble")
    assert "unknown name 'duble'" in problem.message
    problem = mistakes("loss: double-wel")[0]
    assert "preset 'double-well'" in problem.hint


def test_more_walkers_than_memory_are_refused_with_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamics, "available_memory", lambda: 64_000_000)
    problem = mistake("loss: x**2\nrun: {walkers: 2000000}")
    assert "0.13 GB" in problem.message
    assert "0.06 GB are free" in problem.message
    assert "at most 1000000" in problem.hint
    read("loss: x**2\nrun: {walkers: 1000000}")


def test_nan_on_part_of_the_grid_is_a_warning(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "half.yaml"
    file.write_text("loss: x**2\nnoise: sqrt(x)\nspace: {domain: [[-1, 1]]}\n")
    experiment, warnings = load_with_warnings(file)
    assert experiment.dimension == 1
    (warning,) = warnings
    assert warning.severity == "warning"
    assert "50% of the domain" in warning.message
    assert "lost" in warning.message
    assert (warning.line, warning.column) == (2, 8)


def test_a_negative_eigenvalue_between_the_corners_is_found() -> None:
    # Σ = 1 - 2 exp(-100 (x - .5)²) is negative only near x = .5.
    problem = mistake("loss: x**2\nnoise: 1 - 2*exp(-100*(x - .5)**2)\nspace: {domain: [[-4, 4]]}")
    assert "-1 at x = 0.5" in problem.message


def test_the_domain_of_the_loss_counts_too() -> None:
    assert "negative" in mistake("{loss: {loss: x**2, domain: [[-2, 2]]}, noise: 1 + x}").message
    read("{loss: {loss: x**2, domain: [[-.5, 2]]}, noise: 1 + x}")


def test_a_symmetric_matrix_may_be_written_in_two_ways() -> None:
    read("{loss: x**2 + y**2, noise: {covariance: [[2, x*y/(1 + x**2*y**2)], [y*x/(1 + y**2*x**2), 2]]}}")


def test_loss_s_and_noise_s_L_is_above_its_minimum() -> None:
    # L = loss - min(loss) ≥ 0 although the loss itself is negative.
    read("{loss: x**2/2 - 5, noise: L + .1, space: {domain: [[-2, 2]]}}")


def test_swarms_divide_the_walkers() -> None:
    assert read("{loss: x**2, dynamics: {kind: sde, swarm: {size: 3, coupling: 1}}}").run.walkers % 3 == 0
    problem = mistake("{loss: x**2, dynamics: {swarm: {size: 3, coupling: 1}}, run: {walkers: 100}}")
    assert "write walkers: 99" in problem.hint


EPOCHS = "sample: {{loss: (x - a)**2/2, variables: [x], columns: [a], data: [[1], [2], [3], [4], [5], [6]], draw: {}}}"


@pytest.mark.parametrize(
    ("draw", "more", "says"),
    [
        ("reshuffle", "", "every 10 steps sees 3 of the 6 steps of an epoch"),
        ("reshuffle", "dynamics: {batch: 3}", "sees 1 of the 2 steps"),
        (
            "reshuffle",
            "dynamics: {batch: 4}",
            "",
        ),  # an epoch and a half: three steps until the phase comes back
        ("reshuffle", "run: {every: 6}", ""),  # asked for
        ("replacement", "", ""),
        ("distinct", "", ""),
    ],
)
def test_a_default_recording_that_sees_some_moments_of_an_epoch_only(
    draw: str, more: str, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "epochs.yaml"
    file.write_text(f"{EPOCHS.format(draw)}\n{more}")
    _, warnings = load_with_warnings(file)
    told = [w.message + "; " + w.hint for w in warnings]
    assert len(told) == bool(says)
    assert all(says in message and "write run: {every: " in message for message in told)
