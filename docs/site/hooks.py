"""What the site shows beside the pages of docs/: files of the repository's root, pictures, the notebook as it ran, and
formulas as MathML, so that a browser needs no network and no script.
"""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.structure.files import File, Files

HOME = Path(__file__).resolve().parents[2]
OF_THE_ROOT = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "ARCHITECTURE.md": "architecture.md",
}
"""Pages that stand at the root of the repository, where people look for them, and their names in the site."""
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)


def on_files(files: Files, config: Any) -> Files:
    """Adds what does not lie in docs/."""
    for name, page in OF_THE_ROOT.items():
        files.append(File.generated(config, page, content=_of_the_root((HOME / name).read_text("utf-8"))))
    for picture in sorted((HOME / "screenshots").rglob("*.*")):
        if picture.suffix in (".png", ".svg", ".csv"):
            files.append(
                File.generated(config, str(picture.relative_to(HOME).as_posix()), abs_src_path=str(picture))
            )
    notebook = HOME / "docs" / "notebook.ipynb"
    files.append(File.generated(config, "notebook.md", content=_as_page(notebook.read_text("utf-8"))))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Links from docs/ to the root, as GitHub follows them, become links inside the site."""
    markdown = markdown.replace("](../screenshots/", "](screenshots/")
    for name, page in OF_THE_ROOT.items():
        markdown = markdown.replace(f"](../{name}", f"]({page}")
    return markdown


def on_page_content(content: str, **_: Any) -> str:
    """Formulas as MathML, which browsers draw themselves."""

    def drawn(found: re.Match[str]) -> str:
        display = "block" if found[2] == "[" else "inline"
        return str(convert(html.unescape(found[3]).strip(), display=display))

    return FORMULA.sub(drawn, content)


def _of_the_root(text: str) -> str:
    for name, page in OF_THE_ROOT.items():
        text = text.replace(f"]({name}", f"]({page}")
    return text.replace("](docs/", "](")


@functools.cache
def _as_page(notebook: str) -> str:
    """The notebook executed from the top in a kernel of its own, as Markdown; a cell that fails fails the build."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.reads(notebook, as_version=4)
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    parts = ["[Download this page as a notebook](notebook.ipynb)."]
    for cell in book.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        parts += [_shown(output) for output in cell.outputs]
    title, *rest = [parts[1], parts[0], *parts[2:]]
    return "\n\n".join([title, *rest]) + "\n"


def _shown(output: Any) -> str:
    """One output: its picture where it has one, else its text."""
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```"
    data = output.data
    if "text/html" in data:
        return str(data["text/html"]).strip()
    if "image/png" in data:
        source = f"data:image/png;base64,{data['image/png'].strip()}"
        return f'<img alt="{html.escape(data.get("text/plain", ""))}" src="{source}">'
    return f"```text\n{data['text/plain']}\n```"
