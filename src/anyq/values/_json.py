"""What `json.dumps` says of a q value without ``default=``."""

from __future__ import annotations

import json

from anyq.errors import ConversionError

from ._face import Value

__all__ = ["explain_in_json"]


def explain_in_json() -> None:
    """Have the error of `json.dumps` for a q value name `anyq.json_default`.

    `json` asks nothing of an object that it does not know: the message is made by ``JSONEncoder.default``. It is
    wrapped here; what it does with objects that are no q values stays as it was.
    """
    plain = json.JSONEncoder.default

    def default(self: json.JSONEncoder, o: object) -> object:
        if isinstance(o, Value):
            raise ConversionError(
                f"a {type(o).__name__} is no JSON by itself: use json.dumps(..., default=anyq.json_default), or .py()"
            )
        return plain(self, o)

    json.JSONEncoder.default = default  # type: ignore[method-assign]
