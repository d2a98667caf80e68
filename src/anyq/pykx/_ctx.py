"""Names of q as attributes: ``q.Q.gc()``, ``conn.trade.vwap(...)``."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from anyq.console import WORDS

from . import _config
from ._base import wrap
from ._exceptions import PyKXException
from ._links import LINKS
from ._symbolic import SymbolicFunction

__all__ = ["Q", "QContext", "default_paths"]

default_paths: list[Path] = [Path.cwd(), _config.qhome]
"""Where ``name.q`` is looked for when ``q.name`` is no name of q."""

_PROBE: Final = (
    "{[n] v:@[{(1b;value x)};n;{(0b;x)}]; $[not v 0;v;(type v 1)within 100 112h;(1b;`pykxFunction;v 1);"
    "$[99h=type v 1;$[count v 1;`~first key v 1;0b];0b];(1b;`pykxContext;key v 1);(1b;`pykxValue;v 1)]}"
)
_NO_ATTRIBUTES: Final = ("select", "exec", "update", "delete")
_NAMESPACES: Final = frozenset({"Q", "h", "j", "o", "q", "z"})
"""What is q's own namespace, also where a variable has that name."""
_HANDLERS: Final = frozenset({
    "ac", "bm", "exit", "pc", "pd", "pg", "ph", "pi", "pm", "po", "pp", "pq", "ps", "pw", "ts", "vs", "wc", "wo",
    "ws", "zd", "r",
})  # fmt: skip
_Z_NAMES: Final = (
    "D", "H", "K", "N", "P", "T", "W", "X", "Z", "a", "ac", "b", "bm", "c", "d", "e", "exit", "f", "h", "i", "k", "l",
    "n", "o", "p", "pc", "pd", "pg", "ph", "pi", "pm", "po", "pp", "pq", "ps", "pw", "q", "t", "ts", "u", "vs", "w",
    "wc", "wo", "ws", "x", "zd",
)  # fmt: skip
RESERVED: Final = tuple(
    sorted({word for word in WORDS if word.isidentifier()} | {"insert", "upsert", "select", "exec", "update", "delete"})
)
operators: Final = {
    sign: sign
    for sign in (
        "~",
        "!",
        "@",
        "#",
        "$",
        "%",
        "^",
        "&",
        "*",
        "_",
        "-",
        "+",
        "=",
        "|",
        "<=",
        ">=",
        "<>",
        ":",
        "?",
        ",",
        "<",
        ">",
        ".",
        "'",
        "/",
        "\\",
        "/:",
        "\\:",
        "':",
    )
}


def _plain(name: str) -> str:
    """The name of q for an attribute: Python's own words have underscores around them."""
    return name.strip("_") if name.strip("_") in RESERVED else name


def _missing(
    name: str, path: str, cause: BaseException | None = None, kind: str = "pykx.ctx.QContext"
) -> AttributeError:
    error = AttributeError(f"'{kind}' object has no attribute '{name}'\nQError: '{path}", name=name)
    error.__cause__ = cause
    return error


class QContext:
    """A namespace of q, here or on a server."""

    def __init__(self, q: Q, path: str) -> None:
        object.__setattr__(self, "_q", q)
        object.__setattr__(self, "_fqn", path)

    _q: Q
    _fqn: str

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.QContext of {self._fqn or '.'} with [{', '.join(dir(self))}]>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr_", "_ipython_")):
            raise AttributeError(name)
        return self._q._attribute(self._fqn, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._q._assign(self._fqn, name, value)

    def __delattr__(self, name: str) -> None:
        self._q._delete(self._fqn, name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._q[f"{self._fqn}.{name}" if self._fqn else name] = value

    def __getitem__(self, name: str) -> Any:
        return self._q[f"{self._fqn}.{name}" if self._fqn else name]

    def _known(self) -> list[str]:
        found = self._q._now(
            '{@[{$[x~`;`symbol$1_\'string k where(k:key`)like"*";key value x]};x;{`$()}]}', wrap_symbol(self._fqn)
        )
        names = found.py()
        return sorted({str(name) for name in names if name})

    def __dir__(self) -> list[str]:
        if self._fqn == ".z":
            return sorted(_Z_NAMES)
        if not self._fqn:
            return sorted(
                {"Q", "h", "j", "o", "q", "z", *map(str, self._q._now("{(key`),key`.}", wrap_symbol("")).py())} - {""}
            )
        return self._known()

    def __iter__(self) -> Iterator[str]:
        return iter(dir(self))

    def __contains__(self, name: str) -> bool:
        return name in dir(self)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        raise PyKXException(f"{self._fqn} is a namespace of q, and no function")

    def __enter__(self) -> QContext:
        """``\\d`` to this namespace until the end of the block; of the embedded q only."""
        self._q._enter(self._fqn or ".")
        return self

    def __exit__(self, *_: object) -> None:
        self._q._leave()


def wrap_symbol(text: str) -> Any:
    """A symbol."""
    from anyq.values import symbol

    return wrap(symbol(text))


class Q:
    """What evaluates q: the embedded q, or a connection."""

    is_embedded: bool = False
    _no_ctx: bool = False
    _own: frozenset[str] = frozenset()
    """Attributes that assignment sets on the object itself."""

    def _now(self, query: Any, *arguments: Any) -> Any:
        """The answer, waited for."""
        raise NotImplementedError

    def __call__(self, query: Any, *arguments: Any, **keywords: Any) -> Any:
        raise NotImplementedError

    @property
    def ctx(self) -> QContext:
        """The root of the names."""
        return QContext(self, "")

    @property
    def reserved_words(self) -> tuple[str, ...]:
        """The words of q that no variable can be named."""
        return RESERVED

    @property
    def operators(self) -> dict[str, str]:
        """The signs of q's operators and iterators."""
        return operators

    @property
    def paths(self) -> list[Path]:
        """Where scripts are looked for by name."""
        return list(self.__dict__.get("_paths", [path.resolve() for path in default_paths]))

    @paths.setter
    def paths(self, paths: Any) -> None:
        found = []
        for path in map(Path, paths):
            if path.exists():
                found.append(path.resolve())
            else:
                warnings.warn(f"Module path not found: {path}", RuntimeWarning, stacklevel=2)
        self.__dict__["_paths"] = found

    # Variables

    def __getitem__(self, name: Any) -> Any:
        return self._now("{get x}", wrap_symbol(str(name)))

    def __setitem__(self, name: Any, value: Any) -> None:
        name = str(name)
        if name in RESERVED:
            raise PyKXException(f"Cannot assign to reserved word or overwrite q namespace: {name}")
        self._now("{x set y;}", wrap_symbol(name), LINKS.toq(value))

    def __delitem__(self, name: Any) -> None:
        name = str(name)
        if name.startswith(".") or name in RESERVED:
            raise PyKXException(f"Cannot delete {name}: only variables of the root namespace")
        if not bool(self._now("{x in key`.}", wrap_symbol(name))):
            raise KeyError(name)
        self._now("{![`.;();0b;enlist x];}", wrap_symbol(name))

    # Attributes

    def __getattr__(self, name: str) -> Any:
        if name in _SILENT or name.startswith("__") or (name.startswith("_") and name.strip("_") not in RESERVED):
            raise AttributeError(name)
        return self._attribute("", name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or name in self._own or name == "paths":
            object.__setattr__(self, name, value)
        else:
            self._assign("", name, value)

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            object.__delattr__(self, name)
        else:
            self._delete("", name)

    def _attribute(self, path: str, name: str) -> Any:
        if self._no_ctx:
            return self._named(f"{path}.{name}" if path else name)
        word = _plain(name)
        if not path:
            if word in _NO_ATTRIBUTES:
                raise AttributeError(f"{word}: use q.qsql.{word}(...) or q('{word} ...')", name=name)
            if name in operators:
                return self._function(name)
            if word in RESERVED:
                return self._word(word)
            for wanted in (f".{name}", name) if name in _NAMESPACES else (name, f".{name}"):
                found = self._probe(wanted)
                if found is not None:
                    return found
            return self._from_script(name)
        if path == ".q" and word in RESERVED:
            return self._word(word)
        if path == ".z" and name in _HANDLERS:
            return self._handler(name)
        if path == ".z" and name == "s":
            raise AttributeError(".z.s is the function that runs, which there is only inside of one", name=name)
        found = self._probe(f"{path}.{name}")
        if found is None:
            raise _missing(name, f"{path}.{name}")
        return found

    def _probe(self, path: str) -> Any:
        """What has a name: a namespace, a function, or a value; ``None`` without it."""
        answer = self._now(_PROBE, wrap_symbol(path))
        if not bool(answer[0]):
            text = str(answer[1])
            if (
                text.lstrip(".") != path.lstrip(".")
                and path.rpartition(".")[0].lstrip(".") not in text
                and "access" in text.lower()
            ):
                raise AttributeError(text)
            return None
        kind = str(answer[1])
        if kind == "pykxContext":
            return QContext(self, path)
        if kind == "pykxFunction":
            return self._function_at(path, answer[2])
        return answer[2]

    def _function_at(self, path: str, value: Any) -> Any:
        return SymbolicFunction(path, None if self.is_embedded else self)

    def _word(self, word: str) -> Any:
        return SymbolicFunction(word, self)

    def _function(self, sign: str) -> Any:
        raise AttributeError(sign)

    def _named(self, path: str) -> Any:
        return SymbolicFunction(path, self)

    def _handler(self, name: str) -> Any:
        return self._now("{@[{value x};x;{(::)}]}", wrap_symbol(f".z.{name}"))

    def _from_script(self, name: str) -> Any:
        raise _missing(name, name)

    def _assign(self, path: str, name: str, value: Any) -> None:
        word = _plain(name)
        if path in ("", ".q") and word in RESERVED:
            raise PyKXException(f"Cannot assign to reserved word or overwrite q namespace: {name}")
        self._now("{x set y;}", wrap_symbol(f"{path}.{name}" if path else name), LINKS.toq(value))

    def _delete(self, path: str, name: str) -> None:
        full = f"{path}.{name}" if path else name
        if path == ".z":
            self._now('{system"x ",string x;}', wrap_symbol(full))
            return
        if not path and isinstance(self._probe(f".{name}"), QContext):
            raise PyKXException(f"Cannot delete the namespace {name}")
        self._now("{![x;();0b;enlist y];}", wrap_symbol(path or "."), wrap_symbol(name))

    def _enter(self, path: str) -> None:
        raise PyKXException("Namespaces are entered in the embedded q only, not on a connection")

    def _leave(self) -> None:
        """Back to the namespace before."""

    # Scripts

    def _register(self, name: str | None = None, path: Any = None) -> None:
        """Run a script of the paths, or at a path, whose names are ``q.name``."""
        if name is None and path is None:
            raise ValueError("Module name or path to it must be given")
        found = Path(path) if path is not None else self._script(str(name))
        self._load(found, name or found.stem)

    def _script(self, name: str) -> Path:
        for folder in [Path.cwd(), *self.paths]:
            for suffix in (".q", ".k"):
                if (folder / f"{name}{suffix}").is_file():
                    return folder / f"{name}{suffix}"
        raise FileNotFoundError(f"Could not find script {name}.q or {name}.k in {', '.join(map(str, self.paths))}")

    def _load(self, path: Path, name: str) -> None:
        raise PyKXException("Scripts are loaded by name in the embedded q only")

    def __dir__(self) -> list[str]:
        known = {word for word in RESERVED if word not in _NO_ATTRIBUTES}
        own = {name for name in super().__dir__() if not name.startswith("_")}
        return sorted(known | own | set(dir(self.ctx)))


_SILENT: Final = frozenset({"cursor", "execute", "aihwerij235234ljsdnp34ksodfipwoe234234jlskjdf", "shape", "dtype"})
