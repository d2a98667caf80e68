r"""# Python functions that run on a server

A Python function runs where the data is, with the values, modules and functions that it uses from around it:

```python
import anyq.remote

OFFSET = 10

with anyq.remote.session(host="localhost", port=5050) as session:

    @anyq.remote.function(session)
    def single(x: int) -> int:
        return x + OFFSET

    print(single(10))
```

```text
20
```

The server is a kdb+ with PyKX, or an anyq server that was started with `allow_python=True` (`anyq q -p 5050
--allow-python`). Whoever may call functions there may run any code there. `session.libraries({"np": "numpy"})` imports
modules there. Source is taken from files, notebooks and prompts that keep it; what cannot be sent (a generator, a
method, an open file around the function) is a `TypeError` where the function is decorated.
"""

__all__: list[str] = []
