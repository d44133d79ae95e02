"""One step of a loss or drift with noise: discrete SGD (with momentum, schedule, swarm) or Euler's step of the SDE."""

from __future__ import annotations

import math
from itertools import product
from typing import cast

import numpy as np

from sgdtui.expression import Expression, ExpressionError, constant
from sgdtui.expression.bound import least
from sgdtui.expression.derivative import derivative
from sgdtui.expression.source import literal
from sgdtui.model.equations import Equations
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import equations_of, parameter_values
from sgdtui.model.noise import LEARNING_RATE
from sgdtui.model.system import SymbolicSystem, law_of
from sgdtui.simulate.driver.draws import MULTIPLE, SCALED_BY_CALLER
from sgdtui.simulate.form.rounds import steps_in_round
from sgdtui.simulate.form.square_root import root_of, split_root
from sgdtui.simulate.form.writer import Text, Writer
from sgdtui.simulate.program import Program, Unsupported, sizes_of

MAX_FULL = 8
"""Beyond this many coordinates a full Σ is not factored in a kernel."""

SINGULAR = 1e-12
"""A determinant of Σ below this share of the product of its diagonal is rounding: Σ has no inverse there."""

PLACES_OF_FORCE = ((0.5 - math.sqrt(0.15), 5 / 18), (0.5, 8 / 18), (0.5 + math.sqrt(0.15), 5 / 18))
"""Where along a step the force is taken, with what weight: Gauss and Legendre's three places."""


def symbolic_program(experiment: Experiment) -> Program:
    """The program of a gradient or drift system. Raises Unsupported."""
    system = cast(SymbolicSystem, experiment.system)
    writer = _SymbolicWriter(experiment, equations_of(system), parameter_values(experiment))
    return writer.program()


def is_zero(expression: Expression) -> bool:
    """Whether an expression is the number 0."""
    return expression.constant_value == 0.0


class _SymbolicWriter(Writer):
    def __init__(self, experiment: Experiment, equations: Equations, values: dict[str, float]) -> None:
        noise = experiment.system.exchangeable_noise
        if noise is not None and noise.follows_eta:
            # The learning rate of the step is a variable of every kernel already.
            super().__init__(experiment, {name: v for name, v in values.items() if name != LEARNING_RATE})
            self.names[LEARNING_RATE] = "eta"
        else:
            super().__init__(experiment, values)
        self.equations = equations
        self.sigma = equations.covariance
        law = law_of(experiment.system)
        assert law is not None
        self.law = law
        self.noisy = [c for c in range(self.dimension) if not is_zero(self.sigma[c][c])]
        self.is_full = any(
            not is_zero(self.sigma[i][j])
            for i in range(self.dimension)
            for j in range(self.dimension)
            if i != j
        )
        self.lifted = self.dynamics.is_sde and self.dynamics.convention != 0.0 and self._sigma_varies()
        self._refuse()
        # The mean over a batch of gaussian or stable draws is one draw, scaled; the other laws are really averaged.
        scale = law.batch_scale(self.dynamics.batch) if law.kind in SCALED_BY_CALLER else 1.0
        if self.dynamics.is_sde:
            scale *= math.sqrt(self.dynamics.dt)
        self.dials["scale"] = scale
        self.dials["noise_scale"] = experiment.noise_scale

    def _sigma_varies(self) -> bool:
        return any(set(self.variables) & entry.names for row in self.sigma for entry in row)

    def _refuse(self) -> None:
        if self.is_full and self.dimension > MAX_FULL:
            raise Unsupported(f"a full covariance in more than {MAX_FULL} dimensions is not simulated")
        if self.lifted and self.is_full:
            raise Unsupported(
                "a convention other than Itô is simulated in one dimension and for an isotropic or diagonal Σ only"
            )
        if self.dynamics.is_sde and self.dynamics.momentum != 0.0:
            raise Unsupported("momentum belongs to sgd; for the SDE write the velocity as a second variable")
        if self.dynamics.is_sde and self.law.kind == "stable" and self.law.shape != 2.0:
            raise Unsupported("stable noise has no SDE driven by Brownian motion; use kind: sgd")

    def program(self) -> Program:
        per_step = len(self.noisy)
        multiple = MULTIPLE.get(self.law.kind, 1)
        round_steps = steps_in_round(per_step, multiple)
        text = Text()
        text.add(*self.lanes_of())
        self.observe_section(text)
        force = self._force_section(text)
        self.step_loop(text, self._step)
        return Program(
            source=self.assemble(text, self._title()),
            law=self.law.kind if per_step else None,
            law_shape=self.law.shape or 0.0,
            state_rows=self.state_rows,
            round_steps=round_steps,
            draws=per_step,
            dials=np.array(list(self.dials.values()), dtype=np.float64),
            rows=np.zeros((1, 1)),
            sizes=sizes_of(
                self.experiment,
                round_steps=round_steps,
                draws=per_step,
                work_rows=self.work_rows,
                entropy=force,
                until_row=self.until_row,
            ),
        )

    def _title(self) -> str:
        process = "Euler steps of the SDE" if self.dynamics.is_sde else "Steps of SGD"
        return f"{process} in {', '.join(self.own(c) for c in range(self.dimension))}, {self.law} noise."

    # --- one step

    def _step(self, text: Text) -> None:
        if self.dynamics.swarm:
            self.swarm_means(text)
        if self.noisy:
            size = "math.sqrt(eta)*scale" if self.dynamics.is_sde else "eta*scale"
            if self.rule is not None:  # a rule takes the noise as part of the gradient
                size = "scale"
            text.add(f"amplitude = {size}")
            for place, c in enumerate(self.noisy):
                row = (
                    "first + step" if len(self.noisy) == 1 else f"(first + step)*{len(self.noisy)} + {place}"
                )
                text.add(f"draw_{self.own(c)} = draws[{row}]")
        text.open("for lane in range(lanes):")
        text.add(*(f"{self.own(c)} = lane_{self.own(c)}[lane]" for c in range(self.dimension)))
        moving = [c for c in range(self.dimension) if not is_zero(self.equations.drift[c])]
        self.expressions(text, [(f"drift_{self.own(c)}", self.equations.drift[c]) for c in moving])
        kicks = self._kicks(text)
        self.move(text, {c: f"drift_{self.own(c)}" for c in moving}, kicks)
        text.close()
        if self.experiment.until is not None:
            self.arrival_lines(text)

    # --- the noise

    def _kicks(self, text: Text) -> dict[int, str]:
        """The displacement by noise of each coordinate, as the text of a product or a name."""
        if not self.noisy:
            return {}
        if self.is_full:
            return self._full_kicks(text)
        if self.lifted:
            return self._lifted_kicks(text)
        kicks = {}
        for c in self.noisy:
            own = self.own(c)
            outside, root = self._root(text, self.sigma[c][c], own)
            factors = [f for f in (outside, root) if f]
            if root:  # both float32: multiplied before they are widened
                product_ = f"({root}*draw_{own}[lane])"
                text.add(f"kick_{c} = amplitude*{'*'.join([*factors[:-1], product_])}")
            else:
                text.add(f"kick_{c} = amplitude*{'*'.join([*factors, f'draw_{own}[lane]'])}")
            kicks[c] = f"kick_{c}"
        return kicks

    def _root(self, text: Text, variance: Expression, own: str) -> tuple[str, str]:
        """Text of |outside| and of the float32 √inside; either may be empty. Names that are made end in `own`."""
        outside, inside = split_root(variance)
        before = after = ""
        if outside.constant_value is None:
            self.expressions(text, [(f"outside_{own}", outside)], prefix=f"part_outside_{own}")
            before = f"abs(outside_{own})"
        elif outside.constant_value != 1.0:
            before = literal(outside.constant_value)
        if inside.constant_value != 1.0:
            self.expressions(text, [(f"variance_{own}", inside)], prefix=f"part_{own}")
            if not set(self.variables) & inside.names:
                self.before_loop(text, [f"sd_{own} = math.sqrt(max(variance_{own}, 0.0))"])
                before = f"{before}*sd_{own}" if before else f"sd_{own}"
            else:
                text.add(f"sd_{own} = float32(variance_{own})")
                after = root_of(f"sd_{own}", least(inside.node))
        return before, after

    def _lifted_kicks(self, text: Text) -> dict[int, str]:
        """Amplitude s + a(s* - s), s* at the Euler point of the noise alone (folded back into the window)."""
        text.add("# the Euler point of the noise alone")
        for c in self.noisy:
            own = self.own(c)
            self._spread(text, c, own, self.names)
            text.add(f"star_{own} = {own} + amplitude*spread_{own}*draw_{own}[lane]")
        for c in range(self.dimension):
            if c not in self.noisy:
                text.add(f"star_{self.own(c)} = {self.own(c)}")
        text.add(*self.wall_lines("star_", flips=False))
        kicks = {}
        for c in self.noisy:
            own = self.own(c)
            there = self.names | {v: f"star_{self.own(i)}" for i, v in enumerate(self.variables)}
            self._spread(text, c, f"there_{own}", there)
            text.add(
                f"kick_{c} = amplitude*(spread_{own} + convention*(spread_there_{own} - spread_{own}))*draw_{own}[lane]"
            )
            kicks[c] = f"kick_{c}"
        return kicks

    def _spread(self, text: Text, c: int, suffix: str, names: dict[str, str]) -> None:
        """`spread_{suffix}`: the amplitude √Σ of coordinate c, its names as in `names`."""
        kept, self.names = self.names, names
        outside, root = self._root(text, self.sigma[c][c], suffix)
        self.names = kept
        text.add(f"spread_{suffix} = {'*'.join(part for part in (outside, root) if part) or '1.0'}")

    def _full_kicks(self, text: Text) -> dict[int, str]:
        """Σ = L·diag(pivots)·Lᵀ, row by row; a direction without noise has a pivot of 0."""
        triangle = [
            (i, j) for i, j in product(self.noisy, repeat=2) if j <= i and not is_zero(self.sigma[i][j])
        ]
        names = {(i, j): f"covariance_{i}_{j}" for i, j in triangle}
        self.expressions(text, [(names[i, j], self.sigma[i][j]) for i, j in triangle], prefix="part_noise")
        first = self.noisy[0]
        text.add(*self.kick_lines(names, self.noisy, least(self.sigma[first][first].node)))
        return {c: f"kick_{c}" for c in self.noisy}

    # --- entropy

    def _force_section(self, text: Text) -> bool:
        """∫F·dx along a step, F = D⁻¹(drift - (1 - a)∇·D); False where that cannot be told.

        The integral is along the straight line, by Gauss and Legendre at three places: where F is the gradient of
        a potential, as in equilibrium, it is the potential's change but for the seventh power of the step, and the mean
        of that is zero. F at the middle alone is off by the third, which is seen where Σ changes within a step. Where D
        has no inverse at a place, the force is infinite: nothing is measured then.
        """
        dynamics = self.dynamics
        if self.rule is not None:
            return False
        if self.dimension > 2 or len(self.noisy) < self.dimension or dynamics.momentum or dynamics.swarm:
            return False
        if dynamics.schedule is not None or self.experiment.until is not None or not self.law.has_variance:
            return False
        if self.dimension == 1 and self.boundaries()[0].kind != "periodic":
            return False  # on a line without a way round no current can flow: zero, at no cost
        try:
            divergence = self._divergence()
        except ExpressionError:  # ∇·Σ is too large or cannot be found: entropy is not measured
            return False
        d = self.dimension
        text.open("if mode == FORCE:")
        text.add("# entropy produced by the displacement in work: the force's integral along it")
        text.add("half = 0.5*eta*noise_scale")
        # In the convention a the drift is joined by a·∇·D, which takes so much of the other.
        text.add("push_share = (1.0 - convention)*half" if self.lifted else "push_share = half")
        for c in range(d):
            text.add(f"was_{c} = work[{c}]", f"moved_{c} = work[{d + c}]")
        text.add(f"force = work[{2 * d}]", "force[:lanes] = 0.0")
        text.open(f"for share, weight in {PLACES_OF_FORCE!r}:")
        text.open("for lane in range(lanes):")
        for c in range(d):
            text.add(f"{self.own(c)} = was_{c}[lane] + share*moved_{c}[lane]")
        targets = [(f"drift_{c}", self.equations.drift[c]) for c in range(d)]
        targets += [(f"gradient_{c}", divergence[c]) for c in range(d)]
        targets += [(f"covariance_{i}_{j}", self.sigma[i][j]) for i in range(d) for j in range(i, d)]
        self.expressions(text, targets, prefix="part_force")
        for c in range(d):
            text.add(f"push_{c} = drift_{c} - push_share*gradient_{c}")
        if d == 1:
            text.add("pivot_scale = pivot = half*covariance_0_0", "part = push_0*moved_0[lane]")
        else:
            text.add(
                "pivot_scale = half*covariance_0_0*covariance_1_1",
                "pivot = pivot_scale - half*covariance_0_1*covariance_0_1",
                "part = (covariance_1_1*push_0 - covariance_0_1*push_1)*moved_0[lane]",
                "part += (covariance_0_0*push_1 - covariance_0_1*push_0)*moved_1[lane]",
            )
        text.add(
            f"force_regular = pivot > {SINGULAR!r}*pivot_scale and pivot_scale > 0.0",
            "force[lane] += weight*part/pivot if force_regular else math.inf",
        )
        text.close()
        text.close()
        text.add("return t")
        text.close()
        return True

    def _divergence(self) -> list[Expression]:
        result = []
        for row in self.sigma:
            total = constant(0.0)
            for entry, variable in zip(row, self.variables, strict=True):
                total = total + derivative(entry, variable)
            result.append(total)
        return result
