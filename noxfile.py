"""The gate. A bare ``nox`` runs the lint, the types and the tests on every installed Python.

The tests run against the built wheel: each session makes the source distribution, builds the wheel from that,
and installs it, so a file that is missing from either fails here and `src` is on nobody's path.
"""

from __future__ import annotations

import atexit
import glob
import os
import secrets
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import nox

VERSIONS = ("3.11", "3.12", "3.13")
PROJECT = nox.project.load_toml("pyproject.toml")


def group(name: str) -> list[str]:
    """What a dependency group of pyproject.toml needs."""
    return list(nox.project.dependency_groups(PROJECT, name))


SIMULATED_CALLS = 200_000
"""Messages that the simulation gives to anyq in the gate, on all Pythons together."""
PROGRAMS = 210
"""Programs of 40 steps and more that the state machine plays for each entry point and event loop, on all Pythons."""

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = True
os.environ.setdefault("UV_SYSTEM_CERTS", "1")  # as pip does, so that both get through the same proxies


def starts(python: str, version: str) -> bool:
    """Whether the command starts and is that version: a version manager's shim may stand for nothing."""
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", show], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def on_path(version: str) -> bool:
    """Whether ``pythonX.Y`` can be run, after putting a version manager's copy on the path where needed."""
    name = f"python{version}"
    command = shutil.which(name)
    if command is not None and starts(command, version):
        return True
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    for found in sorted(glob.glob(f"{pyenv}/versions/{version}.*/bin/{name}"), reverse=True):
        if starts(found, version):
            os.environ["PATH"] = os.path.dirname(found) + os.pathsep + os.environ["PATH"]
            return True
    return False


PYTHONS = [version for version in VERSIONS if on_path(version)] or [f"{sys.version_info[0]}.{sys.version_info[1]}"]
OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
nox.options.sessions = ["lint", "types", *(f"tests-{version}" for version in PYTHONS)]

closing_lines: list[str] = []


@atexit.register
def repeat_closing_lines() -> None:
    """Say again, after nox's own summary, how each test run ended."""
    for line in closing_lines:
        print(line, flush=True)


def failures(report: Path) -> int:
    """How many tests failed, by the report that pytest wrote."""
    suite = next(ET.parse(report).iter("testsuite"))
    return int(suite.get("failures", "0")) + int(suite.get("errors", "0"))


def closing_line(name: str, report: Path) -> str:
    """One line in pytest's words, from the report that it wrote."""
    if not report.exists():
        return f"===== {name}: did not end, see above for where each thread was ====="
    suite = next(ET.parse(report).iter("testsuite"))
    total, failed, errors, skipped = (int(suite.get(k, "0")) for k in ("tests", "failures", "errors", "skipped"))
    counts = {
        "failed": failed,
        "passed": total - failed - errors - skipped,
        "skipped": skipped,
        "errors": errors,
    }
    words = ", ".join(f"{n} {what}" for what, n in counts.items() if n or what == "passed")
    return f"===== {name}: {words} in {float(suite.get('time', '0')):.2f}s ====="


def install_wheel(session: nox.Session, extras: str, *constraints: str) -> None:
    """Install the wheel that is built from the source distribution.

    Files go to the environment's folder: nox's temporary folder would become ``TMPDIR``, inside the checkout, and the
    tests of what lies outside the working directory need one that is not.
    """
    dist = Path(session.virtualenv.location) / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.install("build")
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    (wheel,) = dist.glob("*.whl")
    session.install(f"anyq[{extras}] @ {wheel.absolute().as_uri()}", *group("test"), *constraints)
    session.install("--force-reinstall", "--no-deps", str(wheel))  # a kept environment may hold another build of it
    session.run("python", "-P", "-c", "import anyq; assert 'site-packages' in anyq.__file__, anyq.__file__")


def lowest_versions() -> list[str]:
    """The oldest versions that pyproject.toml allows of what the wheel depends on."""
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    bounds = [line.split(">=") for line in wanted if ">=" in line]
    return [f"{name}=={version if '.' in version else version + '.0'}.*" for name, version in bounds]


def run_pytest(session: nox.Session, name: str, *arguments: str, **variables: str) -> None:
    """Run pytest in one process more than there are processors, for some wait; remember how it ended.

    A test that hangs fails, see tests/conftest.py; one that ends its process has failed, and another process goes on
    with the rest (under ``--dist=worksteal``: under ``loadfile`` xdist 3.8 runs that test again in each process until
    none is left, and waits for ever). What failed runs once more by itself: tests on real sockets, processes and
    terminals wait for a machine that may be busy. The closing lines tell of both runs; what fails again has failed.
    """
    workers = ("-n", str((os.cpu_count() or 1) + 1), "--dist=worksteal", "--max-worker-restart=3")
    options = (*arguments, *session.posargs)

    def run(name: str, *options: str, success_codes: tuple[int, ...] = (0,)) -> bool:
        report = Path(session.virtualenv.location) / "report.xml"
        report.unlink(missing_ok=True)
        try:
            result = session.run(
                "pytest", f"--junitxml={report}", *options, env=variables, success_codes=success_codes, silent=False
            )
        finally:
            closing_lines.append(closing_line(name, report))
        if not report.exists():
            session.error(f"{name} did not end: its processes waited for one another")
        return bool(result) and not failures(report)

    if not run(name, *workers, *options, success_codes=(0, 1)):
        run(f"{name}, again by themselves", "--last-failed", "--last-failed-no-failures=none", *options)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The whole suite, on both event loops, against the built wheel.

    The newest Python runs all and tries the most examples of each property; the others leave out what
    ``tests/conftest.py`` marks as saying the same on each. The oldest runs without the accelerator; those between run
    no properties. The calls of the simulation and the programs of the state machine are spread over all.
    """
    install_wheel(session, "all")
    newest = session.python == NEWEST
    profile, variables = ("gate", {}) if newest else ("quick", {"ANYQ_MACHINE_EXAMPLES": "60"})
    variables["ANYQ_KILLS"] = "3"
    variables["ANYQ_SIMULATED_CALLS"] = str(SIMULATED_CALLS // len(PYTHONS))
    variables["ANYQ_PROGRAMS"] = str(PROGRAMS // len(PYTHONS))
    name = session.name
    if session.python == OLDEST:
        name, variables = f"{name} in pure Python", variables | {"ANYQ_PURE": "1"}
    left_out = [] if newest else ["not newest"]
    if not newest and session.python != OLDEST:
        left_out.append("not hypothesis")
    chosen = ("-m", " and ".join(left_out)) if left_out else ()
    run_pytest(session, name, f"--hypothesis-profile={profile}", *chosen, **variables)


@nox.session(python=OLDEST)
def lowest(session: nox.Session) -> None:
    """The suite with the oldest versions of the dependencies."""
    install_wheel(session, "all", *lowest_versions())
    run_pytest(session, session.name, "--hypothesis-profile=quick")


@nox.session
def lint(session: nox.Session) -> None:
    """Style and format."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """Strict types over the library and its tests; complete ones for its users, and the README's programs as theirs."""
    session.install("-e", ".[all,dask,ray]", *group("types"), *group("test"))
    session.run("mypy", *session.posargs)
    session.run("pyright", "--verifytypes", "anyq", "--ignoreexternal")
    programs = Path(session.virtualenv.location).absolute() / "readme"
    shutil.rmtree(programs, ignore_errors=True)
    session.run("python", "-m", "tests.readme_types", str(programs))
    session.run("mypy", "--config-file=", "--strict", "--ignore-missing-imports", str(programs))
    session.run("pyright", str(programs), "tests/values/test_typing.py")


@nox.session(python=NEWEST)
def bench(session: nox.Session) -> None:
    """The benchmarks, one process, nothing else running."""
    install_wheel(session, "all")
    session.install("pykx", "kola", "aiokdb", "uvloop", "bottleneck")
    session.run("python", "-m", "tests.benchmarks.codec")
    session.run("python", "-m", "tests.benchmarks.codec", "small", "bulk", "calls", env={"ANYQ_PURE": "1"})
    for pure in ("0", "1"):
        session.run("python", "-m", "tests.benchmarks.streams", env={"ANYQ_PURE": pure})
    command = ("pytest", "tests/benchmarks", "-s", "-o", "python_files=bench_*.py", *session.posargs)
    session.run(*command, env={"ANYQ_TEST_LIMIT": "1000"})


@nox.session(python=OLDEST)
def fuzz(session: nox.Session) -> None:
    """Every property, over and over with fresh seeds: ten minutes, or ``nox -s fuzz -- --minutes N``.

    When the time is up no property begins any more; the last round skips the rest.

    Half of the rounds are without the accelerator. `test_machine` draws programs of 40 to 60 steps of what can happen
    to a connection; ``ANYQ_MACHINE_EXAMPLES`` says how many in each round.
    """
    arguments = list(session.posargs)
    minutes = 10.0
    if "--minutes" in arguments:
        at = arguments.index("--minutes")
        minutes = float(arguments[at + 1])
        del arguments[at : at + 2]
    install_wheel(session, "all")
    examples = os.environ.get("ANYQ_MACHINE_EXAMPLES", "300")
    end, rounds = time.time() + 60 * minutes, 0
    quiet = ("-q", "-rfE", "-n", "auto", "--dist=worksteal")
    while time.time() < end or not rounds:
        options = ("-m", "hypothesis", "--hypothesis-profile=fuzz", f"--hypothesis-seed={secrets.randbits(64)}")
        variables = {
            "ANYQ_PURE": str(rounds % 2),
            "ANYQ_MACHINE_EXAMPLES": examples,
            "ANYQ_PROGRAMS": examples,
            "ANYQ_FEWEST_EXAMPLES": "400",
            "ANYQ_TEST_LIMIT": "1000",
            "ANYQ_FUZZ_UNTIL": str(end),
        }
        session.run("pytest", *quiet, *options, *arguments, env=variables)
        rounds += 1
    closing_lines.append(f"===== {session.name}: {rounds} rounds found nothing =====")


@nox.session(python=NEWEST)
def endure(session: nox.Session) -> None:
    """Each verb on each value that is small to send and huge to work on, and 200 kills of each writer: an hour."""
    install_wheel(session, "all")
    files = ("tests/embedded/test_bombs.py", "tests/embedded/test_atomic.py", "tests/cli/test_recording.py")
    variables = {"ANYQ_BOMBS": "all", "ANYQ_KILLS": "200", "ANYQ_TEST_LIMIT": "5000"}
    session.run("pytest", "-q", *files, *session.posargs, env=variables)


@nox.session(python=NEWEST)
def simulate(session: nox.Session) -> None:
    """Programs of calls, losses and cancellations against every entry point: ``nox -s simulate -- --calls N --seed S``.

    One seed decides everything. A promise that is broken is shown with its seed and the smallest program found.
    """
    install_wheel(session, "all")
    session.run("python", "-m", "anyq.testing", *session.posargs)


@nox.session(python=OLDEST)
def sanitize(session: nox.Session) -> None:
    """Fuzzing of the compiled module with AddressSanitizer and UndefinedBehaviorSanitizer: ``-- --minutes N``, or 30.

    Python's own memory comes from malloc, so that a byte beyond any object is found.
    """
    arguments = list(session.posargs) or ["--minutes", "30"]
    session.install("anyio", "trio", "attrs", "numpy")
    source = Path(session.virtualenv.location).absolute() / "sanitized"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree("src", source, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    show = "import sysconfig; print(sysconfig.get_path('include'))"
    include = str(session.run("python", "-c", show, silent=True)).strip()
    flags = ["-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    files = [str(path) for path in sorted((source / "anyq" / "speedups").glob("*.c"))]
    module = str(source / "anyq" / "speedups" / "_speedups.so")
    session.run("gcc", "-shared", "-fPIC", *flags, f"-I{include}", *files, "-o", module, external=True)
    libraries = [
        str(session.run("gcc", f"-print-file-name={name}", external=True, silent=True)).strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    variables = {
        "PYTHONPATH": str(source),
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",  # the interpreter keeps what it has until it ends
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
    }
    session.run("python", "-m", "tests.fuzz.fuzz_speedups", *arguments, env=variables)
    closing_lines.append(f"===== {session.name}: nothing found =====")


@nox.session(python=OLDEST)
def interop(session: nox.Session) -> None:
    """Other people's clients of q against `anyq q -p`; node-q too, where npm is."""
    install_wheel(session, "all")
    session.install("pykx", "aiokdb", "kola")
    folder = Path(session.virtualenv.location).absolute() / "node"
    if shutil.which("npm"):
        session.run("npm", "install", "--silent", "--prefix", str(folder), "node-q", external=True)
    run_pytest(session, session.name, "tests/interop", NODE_PATH=str(folder / "node_modules"))


PYKX_SUITE = (
    "ipc", "wrappers", "toq", "ctx", "q", "console", "util", "cast", "random", "exceptions", "remote", "schema",
    "register", "reimport", "q_future", "query", "pandas_api", "pandas_agg", "pandas_apply", "pandas_map",
    "pandas_replace", "pandas_set_index", "pandas_sorting", "reset_index", "pykx", "sql", "q_foreign", "read", "write",
    "system", "splay", "nbextension", "db",
)  # fmt: skip
"""The files of PyKX's own tests that concern what `anyq.pykx` covers."""


@nox.session(python=OLDEST)
def pykx(session: nox.Session) -> None:
    """PyKX's own tests with `anyq.pykx` in its place: ``nox -s pykx -- PATH`` of a checkout of its repository.

    Nothing of PyKX is installed. Which tests fail, and why, is in ``tests/pykx/failing.txt``.
    """
    path, *rest = session.posargs
    install_wheel(session, "all")
    tools = ("pytest<8.4", "pytest-asyncio<0.24", "pytest-randomly", "pytest-order", "toml", "pytz", "psutil", "py")
    session.install(*tools)
    folder = Path(session.virtualenv.location).absolute() / "pykx"
    for name in ("bin", "qhome", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    command = folder / "bin" / "q"
    command.write_text(f'#!/bin/sh\nexec "{session.virtualenv.location}/bin/python" -m anyq q "$@"\n')
    command.chmod(0o755)
    show = "import anyq, pathlib; print(pathlib.Path(anyq.__file__).parent / 'pykx' / '_alias')"
    alias = str(session.run("python", "-P", "-c", show, silent=True)).strip()
    variables = {
        "PATH": os.pathsep.join([str(folder / "bin"), *(session.bin_paths or []), os.environ["PATH"]]),
        "QHOME": str(folder / "qhome"),
        "HOME": str(folder / "home"),
        "PYTHONPATH": alias,
    }
    files = [f"tests/test_{name}.py" for name in PYKX_SUITE]
    with session.chdir(path):
        session.run(
            "pytest", "-q", "-p", "no:anyio", "-p", "no:cacheprovider", "--asyncio-mode=strict", "-W", "ignore",
            "--randomly-dont-reorganize", "-k", "not unlicensed and not pykxalloc", *(rest or files), env=variables,
            success_codes=(0, 1),
        )  # fmt: skip


@nox.session(python=NEWEST)
def cluster(session: nox.Session) -> None:
    """Partitions in Dask and Ray, on clusters of two worker processes each."""
    install_wheel(session, "all,dask,ray")
    run_pytest(session, session.name, "tests/partitions/test_clusters.py", RAY_USAGE_STATS_ENABLED="0")


@nox.session(python=NEWEST)
def docs(session: nox.Session) -> None:
    """The guide and the reference as one site, from the docstrings of every public module; a warning is an error."""
    session.install("-e", ".[all]", "sphinx>=8.2", "furo", "myst-parser>=4", "sphinx-copybutton")
    source = Path(session.virtualenv.location).absolute() / "docs"
    shutil.rmtree(source, ignore_errors=True)
    session.run("python", "-m", "tests.site", str(source))
    session.run("sphinx-build", "-q", "-W", "--keep-going", str(source), str(source / "html"), *session.posargs)
    session.run("python", "-m", "tests.check_site", str(source / "html"))
    session.log(f"the pages are in {source / 'html'}")


@nox.session(python=NEWEST)
def package(session: nox.Session) -> None:
    """What would be uploaded: the distributions, their contents, and the long description."""
    session.install(*group("package"))
    folder = Path(session.virtualenv.location) / "dist"
    shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(folder), silent=True)
    made = [str(path) for path in sorted(folder.iterdir())]
    session.run("twine", "check", "--strict", *made)
    session.run("check-wheel-contents", *[path for path in made if path.endswith(".whl")])
