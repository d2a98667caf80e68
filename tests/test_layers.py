"""The rules of the source: which package may import which, and by which names.

Every import counts: at run time, inside functions, and under ``TYPE_CHECKING``. Lazy is not a licence.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs
import pytest

import anyq

ROOT = Path(anyq.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))

LAYERS = {
    "errors": 0,
    "doors": 1,
    "loops": 1,
    "speedups": 0,
    "values": 1,
    "protocol": 2,
    "codec": 2,
    "console": 2,
    "convert": 2,
    "client": 3,
    "completion": 3,
    "server": 3,
    "query": 3,
    "portal": 4,
    "sync": 4,
    "engine": 4,
    "embedded": 5,
    "remote": 5,
    "dbapi": 5,
    "partitions": 6,
    "guide": 6,
    "gateway": 7,
    "mcp": 7,
    "otel": 6,
    "cli": 8,
    "testing": 7,
    "notebook": 7,
    "pykx": 7,
}
ENGINE_LAYERS = {
    "syntax": 0,
    "kernel": 0,
    "session": 1,
    "apply": 2,
    "query": 2,
    "compile": 2,
    "verbs": 3,
    "_interpreter": 4,
    "engine": 5,
}
"""The packages inside the engine (``engine`` is its own ``__init__``). Those of one layer do not import each other."""

TOP = "anyq"
"""The package's own ``__init__`` and ``__main__``; only the packages that nobody imports use it, as a user would."""
USERS = 7

TOGETHER = {frozenset({"portal", "sync"})}
"""Packages of one layer that make one thing: the blocking counterparts stand on the owner thread."""

CYCLES = {
    frozenset({"anyq.portal._portal", "anyq.portal._shared"}),
}
"""The cycles of modules that exist; there shall be no other one, and none in the engine."""

TESTED_BY_NAME = ("engine", "protocol", "values", "codec", "portal", "sync")
"""Packages each of whose modules has the test module of its name: ``engine/verbs/_sort`` is tested by
``tests/engine/verbs/test_sort.py``."""

NOT_AT_IMPORT = ("pandas", "pyarrow", "polars", "rich", "prompt_toolkit", "hypothesis", "pytest", "IPython")
NOT_AT_IMPORT_PACKAGES = ("engine", "embedded", "server", "testing", "cli", "notebook", "pykx")

FILE_LINES, FUNCTION_LINES = 450, 60
ENGINE_FILE_LINES, ENGINE_FUNCTION_LINES = 400, 50
"""The engine's own limits, without exceptions; the other packages come to them."""


@attrs.frozen
class Import:
    """One name brought in from a module of this library."""

    file: Path
    line: int
    module: str
    name: str | None

    @property
    def where(self) -> str:
        return f"{self.file.relative_to(ROOT.parent)}:{self.line}"


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(module: str) -> str:
    """The first part below the package; ``__init__`` and ``__main__`` of the package itself are the top."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else TOP


def imports_of(file: Path) -> Iterator[Import]:
    """Every import in the file of something of this library, relative ones made absolute."""
    package = module_name(file).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join(base + (node.module or "").split(".") if node.module else base)
            for alias in node.names:
                yield Import(file, node.lineno, module, alias.name)


def resolved(found: Import) -> str:
    """The module that is imported: ``from anyq import codec`` names the package and not the top."""
    place = ROOT.parent / Path(*found.module.split("."), found.name or "")
    if found.name and (place.with_suffix(".py").exists() or place.with_suffix(".pyi").exists()):
        return f"{found.module}.{found.name}"
    if found.name and (ROOT.parent / Path(*found.module.split("."), found.name, "__init__.py")).exists():
        return f"{found.module}.{found.name}"
    return found.module


OURS = [
    (found, package_of(module_name(file)), resolved(found))
    for file in SOURCES
    for found in imports_of(file)
    if found.module.split(".")[0] == "anyq"
]


def test_every_package_has_its_layer() -> None:
    packages = {package_of(module_name(file)) for file in SOURCES} - {TOP}
    assert packages <= LAYERS.keys(), f"no layer is given for {packages - LAYERS.keys()}"


def test_imports_go_down_only() -> None:
    wrong = []
    for found, package, module in OURS:
        other = package_of(module)
        if package in (TOP, other) or frozenset({package, other}) in TOGETHER:
            continue
        if (LAYERS[package] < USERS) if other == TOP else (LAYERS[other] >= LAYERS[package]):
            wrong.append(f"{found.where}: {package} imports {module}")
    assert not wrong, "\n".join(wrong)


def engine_package(module: str) -> str:
    """The package of the engine that a module of it lies in."""
    return [*module.split("."), "engine"][2]


def test_every_package_of_the_engine_has_its_layer() -> None:
    packages = {engine_package(module_name(file)) for file in SOURCES if package_of(module_name(file)) == "engine"}
    assert packages == ENGINE_LAYERS.keys()


def test_imports_inside_the_engine_go_down_only() -> None:
    wrong = []
    for found, package, module in OURS:
        if package == package_of(module) == "engine":
            package, other = engine_package(module_name(found.file)), engine_package(module)
            if package != other and ENGINE_LAYERS[other] >= ENGINE_LAYERS[package]:
                wrong.append(f"{found.where}: {package} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_modules_import_each_other_in_no_cycle() -> None:
    """Typing imports and those inside functions count."""
    graph: dict[str, set[str]] = {module_name(file): set() for file in SOURCES}
    for found, _, module in OURS:
        importer = module_name(found.file)
        if module != importer and module in graph:
            graph[importer].add(module)
    cycles = {frozenset(part) for part in strong_components(graph) if len(part) > 1}
    assert cycles <= CYCLES, "\n".join(" ".join(sorted(cycle)) for cycle in cycles - CYCLES)


def strong_components(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """The sets of modules that reach each other, by Tarjan's algorithm."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(node: str) -> Iterator[list[str]]:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                yield from visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            yield stack[at:]
            del stack[at:]

    for node in graph:
        if node not in index:
            yield from visit(node)


def test_packages_use_only_public_names_of_each_other() -> None:
    wrong = []
    for found, package, module in OURS:
        path = [*module.split("."), *([found.name] if found.name else [])]
        private = any(part.startswith("_") and part != "__version__" for part in path)
        if private and package_of(module) != package:
            wrong.append(f"{found.where}: {package} imports {'.'.join(path)}")
    assert not wrong, "\n".join(wrong)


def test_the_library_reaches_itself_by_static_imports() -> None:
    """No ``import_module("anyq.x")`` hides an import from the tests above; only the top's lazy names may."""
    hidden = []
    for file in SOURCES:
        if package_of(module_name(file)) == TOP:
            continue
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {
                "import_module",
                "__import__",
            }:
                first = ast.unparse(node.args[0]) if node.args else ""
                if "anyq" in first:
                    hidden.append(f"{file.relative_to(ROOT.parent)}:{node.lineno}: {ast.unparse(node)}")
    assert not hidden, "\n".join(hidden)


def test_third_party_imports_are_declared() -> None:
    """The four dependencies anywhere; an extra's library only where it is for, or named in a public signature."""
    extras = {
        "pandas": {"convert", "dbapi", "partitions", "pykx", "values"},
        "pyarrow": {"convert", "dbapi", "partitions", "pykx", "values"},
        "polars": {"convert", "partitions", "values"},
        "dask": {"partitions"},
        "ray": {"partitions"},
        "rich": {"cli", "notebook"},
        "prompt_toolkit": {"cli", "notebook"},
        "pygments": {"cli", "notebook"},
        "tqdm": {"notebook"},
        "shtab": {"cli"},
        "keyring": {"cli"},
        "hypothesis": {"testing"},
        "pytest": {"testing"},
        "IPython": {"notebook"},
        "torch": {"pykx"},
        "argon2": {"server"},
        "prometheus_client": {"server"},
        "mcp": {"mcp"},
        "mcp_types": {"mcp"},
        "pydantic": {"mcp"},
        "opentelemetry": {"otel"},
        "typing_extensions": {"mcp"},
    }
    anywhere = {"anyio", "trio", "attrs", "attr", "numpy", "anyq"} | sys.stdlib_module_names
    wrong = []
    for file in SOURCES:
        package = package_of(module_name(file))
        for found in imports_of(file):
            top = found.module.split(".")[0]
            if top not in anywhere and package not in extras.get(top, set()) | ({"cli"} if top in extras else set()):
                wrong.append(f"{found.where}: {found.module}")
    assert not wrong, "\n".join(wrong)


def test_protocol_is_pure_standard_library() -> None:
    forbidden = {"socket", "ssl", "select", "selectors", "asyncio", "threading", "subprocess", "time"}
    wrong = []
    for file in SOURCES:
        if package_of(module_name(file)) != "protocol":
            continue
        for found in imports_of(file):
            top = found.module.split(".")[0]
            if top in forbidden or (top != "anyq" and top not in sys.stdlib_module_names):
                wrong.append(f"{found.where}: {found.module}")
            if top == "anyq" and package_of(resolved(found)) not in {"protocol", "errors"}:
                wrong.append(f"{found.where}: {found.module}")
    assert not wrong, "\n".join(wrong)


def test_engine_reaches_the_world_only_through_its_host() -> None:
    """No sockets, clock, files or threads of its own."""
    forbidden = {
        "socket",
        "ssl",
        "time",
        "pathlib",
        "subprocess",
        "threading",
        "anyio",
        "trio",
        "asyncio",
        "random",
    }
    wrong = [
        f"{found.where}: {found.module}"
        for file in SOURCES
        if package_of(module_name(file)) == "engine"
        for found in imports_of(file)
        if found.module.split(".")[0] in forbidden
    ]
    assert not wrong, "\n".join(wrong)


def loaded_by(statement: str) -> set[str]:
    """The modules in a fresh interpreter after the statement."""
    code = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_import_anyq_is_light() -> None:
    loaded = loaded_by("import anyq")
    heavy = {name for name in NOT_AT_IMPORT if name in loaded}
    heavy |= {f"anyq.{package}" for package in NOT_AT_IMPORT_PACKAGES if f"anyq.{package}" in loaded}
    assert not heavy


def public_modules() -> list[str]:
    """Every public module: no part of its path begins with an underscore."""
    names = [module_name(file) for file in SOURCES]
    return [name for name in names if not any(part.startswith("_") for part in name.split("."))]


@pytest.fixture(params=public_modules())
def module(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_all_is_the_public_face(module: ModuleType) -> None:
    """``__all__`` exists, every name in it exists, and nothing public of our own is left out."""
    listed = module.__all__
    assert len(set(listed)) == len(listed)
    missing = [name for name in listed if not hasattr(module, name)]
    assert not missing
    public = {
        name
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(thing) or inspect.isfunction(thing))
        and str(getattr(thing, "__module__", "")).split(".")[0] == "anyq"
        and (Path(str(module.__file__)).name == "__init__.py" or thing.__module__ == module.__name__)
    }
    assert public <= set(listed), f"public, but not in __all__: {sorted(public - set(listed))}"


def test_packages_only_re_export() -> None:
    """A package's ``__init__`` defines nothing that a reader would look for elsewhere."""
    wrong = []
    for file in SOURCES:
        if file.name != "__init__.py" or file.parent == ROOT:
            continue
        for node in ast.parse(file.read_bytes()).body:
            if isinstance(node, ast.ClassDef) or (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("__")
            ):
                wrong.append(f"{file.relative_to(ROOT.parent)}:{node.lineno}: {node.name}")
    assert not wrong, "\n".join(wrong)


def test_modules_of_packages_are_private() -> None:
    """But for a module of strategies, and the pages of the guide."""
    packages = {file.parent for file in SOURCES if file.name == "__init__.py" and file.parent != ROOT}
    open_ones = ("testing", "guide")
    wrong = [
        str(file.relative_to(ROOT.parent))
        for file in SOURCES
        if file.parent in packages and not file.name.startswith("_") and package_of(module_name(file)) not in open_ones
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_has_the_test_module_of_its_name() -> None:
    missing = []
    for file in SOURCES:
        path = file.relative_to(ROOT)
        if path.parts[0] in TESTED_BY_NAME and file.name != "__init__.py":
            wanted = Path(__file__).parent / path.parent / f"test_{file.stem.lstrip('_')}.py"
            if not wanted.exists():
                missing.append(str(wanted.relative_to(Path(__file__).parent)))
    assert not missing, "\n".join(missing)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long it is, less its docstring: a contract may be as long as it has to be."""
    first, last = function.body[0], function.end_lineno or function.lineno
    lines = last - function.lineno + 1
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_sizes() -> None:
    """Limits on files and functions, docstrings of functions left out."""
    wrong = []
    for file in SOURCES:
        text = file.read_text("utf-8")
        name = file.relative_to(ROOT.parent)
        engine = package_of(module_name(file)) == "engine"
        most, longest = (ENGINE_FILE_LINES, ENGINE_FUNCTION_LINES) if engine else (FILE_LINES, FUNCTION_LINES)
        if (lines := text.count("\n")) > most:
            wrong.append(f"{name}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > longest:
                wrong.append(f"{name}:{node.lineno}: {node.name} has {body_lines(node)} lines")
    assert not wrong, "\n".join(wrong)
