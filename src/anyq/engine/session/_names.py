"""Global variables: one flat table from a full name to a value, and the namespaces that the names imply.

``a`` lives under ``a``, ``.foo.b`` under ``.foo.b``; what stands for a namespace as a whole (``.foo``) is made of its
members when it is asked for. Facts: KX reference, pages basics/namespaces.md and basics/syntax.md ("Names").
"""

from __future__ import annotations

from collections.abc import Callable

from anyq.errors import QError
from anyq.values import NULL, Atom, Dict, List, QType, Value, Vector, collapse, symbols

from ..kernel._amend import Change, amend_deep, new_item, with_item
from ..kernel._domains import extends, renumbered, words_of
from ..kernel._enumeration import Domain
from ..kernel._in_place import IN_TABLE, change_item, references
from ..kernel._index import index_at
from ..kernel._temporal import part_of
from ._views import View

__all__ = ["Names"]


class Names(dict[str, Value]):
    """The variables of one interpreter. ``names[key]`` reads, raising `QError` with the name if there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, dict[str, None]] = {"": {}}
        self.computed: dict[str, Callable[[], Value]] = {}
        self.views: dict[str, View] = {}
        self.on_change: Callable[[str, tuple[Value, ...]], None] | None = None
        """Called when a variable was set, with its name and the path of what was amended in it; for a ``.z`` name also
        when it is dropped."""
        self.guard: Callable[[str], None] | None = None
        """Called before a ``.z`` name is set or dropped; raises `QError` if that must not be."""
        self.domains: dict[str, Domain] = {}
        """The variables that something was enumerated over."""
        self.frozen = False
        """While true, nothing can be set or deleted: the error is ``noupdate``."""

    def __missing__(self, key: str) -> Value:
        view = self.views.get(key)
        if view is not None:
            return view.value(self)
        maker = self.computed.get(key)
        if maker is not None:
            return maker()
        if key in self.members and key:
            return self.namespace(key)
        if key == ".":
            return self.namespace("")
        found = self._inside(key)
        if found is None:
            raise QError(key)
        return found

    def _inside(self, key: str) -> Value | None:
        """``t.price``: a column of a variable, or an entry of a dict, under a dotted name."""
        head, dot, last = key.rpartition(".")
        if not dot or not head or head in self.members:
            return None
        holder = self.find(head)
        if holder is None or isinstance(holder, Atom | Vector):
            return self._part(holder, last)
        try:
            return index_at(holder, Atom(QType.SYMBOL, last))
        except QError:
            return None

    @staticmethod
    def _part(holder: Value | None, name: str) -> Value | None:
        """``x.date``: a part of temporal values."""
        if not isinstance(holder, Atom | Vector) or holder.qtype < QType.TIMESTAMP:
            return None
        try:
            return part_of(name, holder)
        except QError:
            return None

    def find(self, key: str) -> Value | None:
        """The value of a full name, ``None`` if it has none."""
        try:
            return self[key]
        except QError as error:
            if error.text == "loop":
                raise
            return None

    def put(self, key: str, value: Value, path: tuple[Value, ...] = ()) -> None:
        """Set a variable. A dict set under a namespace's name becomes its members. Raises `QError` while frozen."""
        self.check(key)
        if key == ".":
            self._merge(value)
            return
        if key.endswith("."):
            self._begin(key[:-1])
            return
        if key in self.domains:
            self._renumber(self.domains[key], value)
        if key in self:
            dict.__setitem__(self, key, value)
        elif "." in key and not key.startswith("."):
            self._add_dotted(key, value)
        else:
            self._add(key, value)
        if self.on_change is not None:
            self.on_change(key, path)

    def amend(self, key: str, path: tuple[Value, ...], change: Change, y: Value | None) -> None:
        """Set a variable to its value amended as `amend_deep` says: in place when only this table holds it."""
        x = self.get(key)
        found = new_item(x, path, change, y) if x is not None else None
        if x is None or found is None:
            self.put(key, amend_deep(self[key], path, change, y), path)
            return
        self.check(key)
        if references(x) > IN_TABLE or self.get(key) is not x or not change_item(x, *found):
            self.put(key, with_item(x, *found), path)
        elif self.on_change is not None:
            self.on_change(key, path)

    def domain(self, key: str, name: str) -> Domain:
        """A variable as what is enumerated over it by ``name`` sees it. Raises `QError` (``type``) for what cannot be a
        domain."""
        found = self.domains.get(key)
        if found is None:
            found = Domain(name, words_of(self.find(key)))
            self.domains[key] = found
        return found

    def _renumber(self, domain: Domain, value: Value) -> None:
        """Let a domain's words follow its variable, and the variables that hold what is enumerated over it."""
        try:
            words = words_of(value)
        except QError:
            words = None
        old = Domain(domain.name, domain.words)
        domain.words = words
        if extends(old.words, words) or words is None:
            return
        for name in list(self):
            before = dict.__getitem__(self, name)
            after = renumbered(before, old, domain)
            if after is not before:
                dict.__setitem__(self, name, after)

    def _merge(self, value: Value) -> None:
        """Set the root namespace's variables from a dict."""
        if not isinstance(value, Dict):
            raise QError("type")
        for name, item in value.pairs():
            known = isinstance(name, Atom) and name.qtype is QType.SYMBOL
            if known and dict.get(self, name.raw) is not item and name.raw not in self.views:  # type: ignore[attr-defined]
                self.put(name.raw, item)  # type: ignore[attr-defined]

    def check(self, key: str) -> None:
        """Raise `QError` (``noupdate`` and the name) while variables are frozen, and what `guard` raises."""
        if self.frozen:
            head, _, last = key.rpartition(".") if key.startswith(".") else ("", "", key)
            raise QError(f"noupdate: `{head or '.'} `{last}")
        if self.guard is not None and key.startswith(".z"):
            self.guard(key)

    def _add(self, key: str, value: Value) -> None:
        if key.startswith(".") and key.count(".") == 1 and isinstance(value, Dict):
            self._spread(key, value)
            return
        if key.startswith("."):
            head, _, last = key.rpartition(".")
            if head in self:
                dict.__setitem__(self, head, _with_entry(self[head], [last], value))
                return
            self._space(head)
        else:
            head, last = "", key
        self.members[head][last] = None
        self.views.pop(key, None)
        dict.__setitem__(self, key, value)

    def _begin(self, key: str) -> None:
        """``ab.:(::)``: a dict or namespace of no names yet, if there is none."""
        if key.startswith("."):
            self._space(key)
        elif self.find(key) is None:
            self.put(key, Dict(symbols([""]), List.of((NULL,))))

    def _add_dotted(self, key: str, value: Value) -> None:
        """``ab.c``: an entry of the variable ``ab``, which becomes a dict like a namespace if there is none."""
        head, *path = key.split(".")
        self.put(head, _with_entry(self.find(head), path, value))

    def compute(self, key: str, view: View) -> None:
        """Put a view in the place of a variable."""
        self.check(key)
        self.drop(key)
        head, _, last = key.rpartition(".") if key.startswith(".") else ("", "", key)
        self._space(head)
        self.members[head][last] = None
        self.views[key] = view

    def _space(self, space: str) -> None:
        """Make a namespace and those it lies in."""
        if space in self.members:
            return
        self.members[space] = {}
        head, _, last = space.rpartition(".")
        if head:
            self._space(head)
            self.members[head][last] = None

    def _spread(self, space: str, value: Dict) -> None:
        for name in list(self.members.get(space, ())):
            self.drop(f"{space}.{name}")
        self._space(space)
        for key, item in value.pairs():
            if isinstance(key, Atom) and key.qtype is QType.SYMBOL and key.raw:
                self.put(f"{space}.{key.raw}", item)

    def drop(self, key: str) -> None:
        """Forget a variable or a namespace; unknown names are ignored."""
        self.check(key)
        for name in list(self.members.pop(key, ())) if key else []:
            self.drop(f"{key}.{name}")
        head, _, last = key.rpartition(".")
        self.members.get(head, {}).pop(last if key.startswith(".") else key, None)
        self.pop(key, None)
        self.views.pop(key, None)
        if self.on_change is not None and key.startswith(".z."):
            self.on_change(key, ())

    def namespace(self, space: str) -> Dict:
        """A namespace as a dict; its first entry is the null symbol and the generic null, as q has it."""
        names = list(self.members[space])
        if not space:
            values = [self.views[name].shown if name in self.views else self[name] for name in names]
            return Dict(symbols(names), List.of(tuple(values)))
        members = [self[f"{space}.{name}"] for name in names]
        return Dict(symbols(["", *names]), List.of((NULL, *members)))

    def listed(self, space: str) -> list[str]:
        """The names defined in a namespace, sorted, without namespaces inside it."""
        if space not in self.members:
            raise QError(space)
        prefix = f"{space}." if space else ""
        return sorted(name for name in self.members[space] if f"{prefix}{name}" not in self.members)

    def spaces(self) -> list[str]:
        """The namespaces at the root, without their dots, in the order they came."""
        made = [name for name in self.computed if name.count(".") == 1]
        return [space[1:] for space in dict.fromkeys((*made, *self.members)) if space.count(".") == 1]


def _with_entry(holder: Value | None, path: list[str], value: Value) -> Dict:
    """A dict, or a new one like a namespace, with an entry at a path of names. Raises `QError` (``type``)."""
    if holder is None:
        holder = Dict(symbols([""]), List.of((NULL,)))
    if not isinstance(holder, Dict):
        raise QError("type")
    keys: list[Value] = [*holder.key] if len(holder) else []
    values = list(holder.value)
    name = Atom(QType.SYMBOL, path[0])
    at = keys.index(name) if name in keys else len(keys)
    inner = _with_entry(values[at] if at < len(keys) else None, path[1:], value) if len(path) > 1 else value
    keys[at:], values[at:] = [name, *keys[at + 1 :]], [inner, *values[at + 1 :]]
    return Dict(collapse(keys), collapse(values))
