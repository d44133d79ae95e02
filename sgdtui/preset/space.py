"""The window, its walls, and where walkers start."""

from __future__ import annotations

from pathlib import Path as FilePath

from sgdtui.model.loss import Interval
from sgdtui.model.space import Boundary, Space
from sgdtui.model.start import At, Normal, Start, Uniform
from sgdtui.model.system import System
from sgdtui.preset.forms.registry import form_of
from sgdtui.preset.schema import NormalSection, ReflectSection, SpaceSection, StartSection
from sgdtui.preset.text.problem import names_hint
from sgdtui.preset.text.report import Report


def inherited_domain(system: System, axes: tuple[int, ...]) -> tuple[Interval, ...] | None:
    """The domain that the loss (or sample, or the chain's states) brings along, on the axes that are shown."""
    own = system.window
    if own is None:
        return None
    if len(own) == system.dimension:
        return tuple(own[axis] for axis in axes)
    return own if len(own) == len(axes) else None


def read_space(section: SpaceSection, system: System, report: Report) -> Space:
    """The space of a system."""
    variables = system.variables
    axes = _axes(section, variables, report)
    if system.states is not None:
        for key in sorted(section.model_fields_set & {"domain", "axes"}):
            report.error(
                ("space", key),
                f"hops have their own {key}: the states, one bin a state",
                "remove it",
                key=True,
            )
        return Space(inherited_domain(system, axes), (Boundary(),), axes)
    domain = section.domain
    if domain is not None and len(domain) != len(axes):
        shown = ", ".join(variables[axis] for axis in axes)
        report.error(
            ("space", "domain"),
            f"{len(domain)} intervals for {len(axes)} axes ({shown})",
            "give one interval an axis",
        )
        domain = None
    domain = domain if domain is not None else inherited_domain(system, axes)
    boundaries = _boundaries(section, variables, len(axes), report)
    if (
        domain is None
        and any(wall.kind != "open" for wall in boundaries)
        and not report.left_out(("space", "domain"))
    ):
        report.error(
            ("space", "boundary"),
            "walls need a place: there is no domain",
            "give space: {domain: [[low, high]]}",
        )
    return Space(domain, boundaries, axes)


def _axes(section: SpaceSection, variables: tuple[str, ...], report: Report) -> tuple[int, ...]:
    default = tuple(range(min(2, len(variables))))
    if section.axes is None:
        return default
    found = []
    for index, name in enumerate(section.axes):
        if name not in variables:
            report.error(
                ("space", "axes", index), f"there is no variable '{name}'", names_hint(name, variables)
            )
        elif section.axes.index(name) != index:
            report.error(("space", "axes", index), f"the axis '{name}' is named twice")
        else:
            found.append(variables.index(name))
    if not 1 <= len(section.axes) <= 2:
        report.error(("space", "axes"), f"{len(section.axes)} axes", "allowed: one or two variables")
        return default
    return tuple(found) or default


def _boundaries(
    section: SpaceSection, variables: tuple[str, ...], count: int, report: Report
) -> tuple[Boundary, ...]:
    walls = []
    for wall in section.boundary:
        if isinstance(wall, ReflectSection):
            if wall.reflect not in variables:
                report.error(
                    ("space", "boundary"),
                    f"there is no variable '{wall.reflect}' to flip",
                    names_hint(wall.reflect, variables),
                )
                continue
            walls.append(Boundary("reflect", (variables.index(wall.reflect),)))
        else:
            walls.append(Boundary(str(wall)))
    if len(walls) == 1:
        walls *= count
    if len(walls) != count:
        if len(section.boundary) not in (1, count):
            report.error(
                ("space", "boundary"),
                f"{len(section.boundary)} walls for {count} axes",
                "give one, or one an axis",
            )
        return (Boundary(),) * count
    return tuple(walls)


def default_start(system: System, space: Space) -> Start:
    """The origin if it is in the domain, else the domain's middle; state 0 of a chain; the form's own start, if any."""
    own = form_of(system).starts
    if own is not None:
        return own.left_out(system)
    point = [0.0] * system.dimension
    if system.states is not None or space.domain is None:
        return At(tuple(point))
    inside = all(low <= 0 <= high for low, high in space.domain)
    if not inside:
        for axis, (low, high) in zip(space.axes, space.domain, strict=True):
            point[axis] = (low + high) / 2
    return At(tuple(point))


def read_start(
    section: StartSection | None,
    system: System,
    space: Space,
    report: Report,
    folder: FilePath | None = None,
) -> Start:
    """Where walkers start. `folder` is where a file that it names may lie."""
    if section is None:
        return default_start(system, space)
    own = form_of(system).starts
    ways = ("at", "uniform", "normal", *(own.ways if own is not None else ()))
    given = [key for key in StartSection.model_fields if getattr(section, key) is not None]
    foreign = [key for key in given if key not in ways]
    if foreign:
        report.error(
            ("start", foreign[0]),
            f"'{foreign[0]}' is a start of other systems than {system.form}",
            f"give one of: {', '.join(ways)}",
            key=True,
        )
        return default_start(system, space)
    if len(given) != 1:
        if not report.left_out(("start",)):
            message = (
                " and ".join(given) + ": walkers start in one way"
                if given
                else "nothing says where walkers start"
            )
            report.error(("start",), message, f"give one of: {', '.join(ways)}", key=True)
        return default_start(system, space)
    if own is not None and given[0] in own.ways:
        return own.read(section, system, report, folder) or default_start(system, space)
    start = _start(section, given[0], system, report)
    if start is None:
        return default_start(system, space)
    _check_inside(start, system, space, report)
    return start


def _start(section: StartSection, way: str, system: System, report: Report) -> Start | None:
    d, path = system.dimension, ("start", way)
    names = ", ".join(system.variables[:8]) + (", …" if d > 8 else "")

    def sized(
        values: tuple[float, ...], where: tuple[str, ...], *, spread: bool = False
    ) -> tuple[float, ...] | None:
        if spread and len(values) == 1:
            return values * d
        if len(values) != d:
            report.error(where, f"{len(values)} numbers for {d} variables", f"give one for each of {names}")
            return None
        return values

    if section.at is not None:
        point = sized(section.at, path)
        return At(point) if point is not None else None
    if section.uniform is not None:
        if len(section.uniform) != d:
            report.error(
                path, f"{len(section.uniform)} intervals for {d} variables", f"give one for each of {names}"
            )
            return None
        return Uniform(section.uniform)
    normal = section.normal
    assert isinstance(normal, NormalSection)
    mean = sized(normal.mean, (*path, "mean"), spread=True)
    deviation = sized(normal.sd, (*path, "sd"), spread=True)
    if deviation is not None and min(deviation) < 0:
        report.error((*path, "sd"), f"{min(deviation):g} is out of range", "allowed: 0 <= sd")
        return None
    return Normal(mean, deviation) if mean is not None and deviation is not None else None


def _check_inside(start: Start, system: System, space: Space, report: Report) -> None:
    """States of a chain are whole; between walls nobody starts outside."""
    if system.states is not None:
        if isinstance(start, At) and not (
            start.point[0].is_integer() and 0 <= start.point[0] < system.states
        ):
            report.error(
                ("start", "at"), f"{start.point[0]:g} is no state", f"allowed: 0, 1, …, {system.states - 1}"
            )
        return
    if space.domain is None:
        return
    for axis, (low, high), wall in zip(space.axes, space.domain, space.boundaries, strict=True):
        if wall.kind == "open" or isinstance(start, Normal):
            continue
        first, last = (start.point[axis],) * 2 if isinstance(start, At) else start.box[axis]
        if not low <= first <= last <= high:
            way = "at" if isinstance(start, At) else "uniform"
            report.error(
                ("start", way),
                f"walkers would start outside the walls of {system.variables[axis]}",
                f"allowed: {low:g} <= {system.variables[axis]} <= {high:g}",
            )
