"""The README quotes what `python -m benchmarks` wrote down last, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.report import BEGIN, END, Report, quoted
from benchmarks.throughput import Speed

HOME = Path(__file__).resolve().parent.parent


def test_the_readme_quotes_the_report():
    report = (HOME / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    readme = (HOME / "README.md").read_text(encoding="utf-8")
    head, _, *rows = readme.split(BEGIN)[1].split(END)[0].splitlines()
    names = [cell.strip() for cell in head.split("|")[2:-1]]
    told = {}
    for row in rows:
        about, *cells = (cell.strip() for cell in row.split("|")[1:-1])
        told |= {(about, name): cell for name, cell in zip(names, cells, strict=True) if cell}
    measured = {}
    for section in report.split("\n## ")[1:]:
        title = section.splitlines()[0]
        if re.match(r"W\d: ", title):
            for name, rate, ratio in re.findall(
                r"^\| (\S.*?) \| ([\d,]+) \| ([\d.]+) \(", section, re.MULTILINE
            ):
                measured[title.split(": ", 1)[1], name] = f"{rate} ({ratio})"
    assert len(measured) >= 12
    assert told == measured


def test_only_what_stands_between_the_marks_is_replaced():
    report = Report(
        throughput={"W1": [Speed("numpy", 53.2e0, 1.0, 1.0, 1.0), Speed("sgdtui", 1111.0, 20.9, 19, 22)]}
    )
    text = quoted(f"before\n{BEGIN}old{END}\nafter", report.quotation())
    assert text.startswith(f"before\n{BEGIN}| million")
    assert text.endswith(f"| 53 (1.0) | 1,111 (20.9) |{END}\nafter")
