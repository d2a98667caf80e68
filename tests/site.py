"""The sources of the documentation site, from the docstrings: ``python -m tests.site FOLDER``, then sphinx-build.

The guide is Markdown (MyST), the reference reStructuredText (autodoc). Names of anyq in the guide become links.
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import anyq
from anyq.guide import Page, pages

__all__ = ["MODULES", "llms", "write"]

PACKAGE = Path(anyq.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if not any(part.startswith("_") and part != "__init__.py" for part in path.parts[len(PACKAGE.parts) :])
    and path.parent.name != "guide"
)
CONF = f"""\
project = "anyq"
version = release = "{anyq.__version__}"
html_title = "anyq {anyq.__version__}"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.intersphinx", "myst_parser", "sphinx_copybutton"]
default_role = "py:obj"
html_theme = "furo"
html_extra_path = ["extra"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_default_options = {{"members": True, "undoc-members": True, "show-inheritance": True}}
autodoc_member_order = "bysource"


def skip(app, what, name, thing, skipped, options):  # the exceptions that PEP 249 puts into a class
    return True if what == "class" and isinstance(thing, type) and "." not in thing.__qualname__ else None


def setup(app):
    app.connect("autodoc-skip-member", skip)
"""
NAME = re.compile(r"(?<!`)`(anyq(?:\.\w+)+)`(?!`)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def linked(text: str) -> str:
    """The page with names of anyq as links to the reference, outside blocks of code."""
    parts = FENCE.split(text)
    return "".join(part if part.startswith("```") else NAME.sub(_link, part) for part in parts)


def _link(found: re.Match[str]) -> str:
    name = found[1]
    target: object = anyq
    for part in name.split(".")[1:]:
        target = getattr(target, part, None)
    if target is None:
        return found[0]
    where = home(target)
    role = f"{where}.{target.__qualname__}" if where and hasattr(target, "__qualname__") else name
    return f"{{py:obj}}`{name} <{role}>`"


def home(thing: object) -> str:
    """The public module that a class or function is of."""
    return re.sub(r"\._.*", "", str(getattr(thing, "__module__", "")))


def elsewhere(module: str) -> list[str]:
    """The names of a module that are those of another public one, where they are described."""
    loaded = importlib.import_module(module)
    homes = {name: home(getattr(loaded, name)) for name in loaded.__all__}
    return [name for name, where in homes.items() if where in MODULES and where != module]


def blocks(text: str) -> str:
    """The languages of blocks as Pygments knows them."""
    return text.replace("```ipython\n", "```text\n")


def summary(text: str) -> str:
    """The first sentence below a title."""
    body = re.sub(r"```.*?```|\|.*", "", text.partition("\n\n")[2], flags=re.DOTALL)
    return " ".join(re.split(r"(?<=[.:])\s", body.strip() + " ", maxsplit=1)[0].split()).rstrip(":")


def llms(found: list[Page]) -> str:
    """An index of the site for language models (https://llmstxt.org)."""
    lines = ["# anyq", "", f"> {anyq.__doc__}", "", "## Guide", ""]
    lines += [f"- [{page.title}](guide/{page.topic}.md): {summary(page.text)}" for page in found]
    lines += ["", "## Reference", ""]
    for module in MODULES:
        first = (importlib.import_module(module).__doc__ or module).strip().splitlines()[0]
        lines.append(f"- [{module}](reference/{module}.html): {first}")
    return "\n".join([*lines, ""])


def write(folder: Path) -> None:
    """Write the sources into an empty folder."""
    guide, reference, extra = folder / "guide", folder / "reference", folder / "extra"
    for made in (guide, reference, extra / "guide"):
        made.mkdir(parents=True)
    (folder / "conf.py").write_text(CONF, "utf-8")
    found = pages()
    for page in found:
        (guide / f"{page.topic}.md").write_text(blocks(linked(page.text)), "utf-8")
        (extra / "guide" / f"{page.topic}.md").write_text(page.text, "utf-8")
    for module in MODULES:
        options = f"   :exclude-members: {', '.join(elsewhere(module))}\n"
        if module.startswith("anyq.pykx"):
            options += "   :no-index:\n"  # its names are PyKX's, and would hide ours of the same name from links
        if module == "anyq":
            options = "   :no-members:\n"  # its names are those of the packages
        text = f"{module}\n{'=' * len(module)}\n\n.. automodule:: {module}\n{options}"
        (reference / f"{module}.rst").write_text(text, "utf-8")
    (extra / "llms.txt").write_text(llms(found), "utf-8")
    (extra / "llms-full.txt").write_text("\n".join(page.text for page in found), "utf-8")
    (folder / "index.rst").write_text(_index(found), "utf-8")


def _index(found: list[Page]) -> str:
    def tree(caption: str, entries: list[str]) -> list[str]:
        return [".. toctree::", f"   :caption: {caption}", "   :maxdepth: 1", "", *(f"   {e}" for e in entries), ""]

    intro = ["anyq", "====", "", f"{anyq.__doc__}", ""]
    guide = tree("Guide", [f"guide/{page.topic}" for page in found])
    return "\n".join(intro + guide + tree("Reference", [f"reference/{module}" for module in MODULES]))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
