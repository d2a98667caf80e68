"""A gateway: one address in front of many q processes.

::

    roles = {"hdb": ["hdb1:5012", "hdb2:5012"], "rdb": ["rdb:5011"]}
    async with anyq.Gateway(roles, port=5000) as gateway:
        await anyio.sleep_forever()

A client asks in two ways, by sync or async messages:

* a select of a table, as q text or a parse tree: the gateway knows which process has which partitions, asks those that
  matter, several at a time, and joins the rows, or the parts of aggregates that split (`anyq.partitions`);
* the calls of TorQ's gateway: ``.gw.syncexec[query;roles]`` and ``.gw.syncexecj[query;roles;join]`` in sync messages,
  ``.gw.asyncexec[query;roles]`` and ``.gw.asyncexecjpt[query;roles;join;postback;timeout]`` in async ones. Each role is
  asked once, the answers are razed or given to ``join``.

Processes of one role hold the same. Each gets one query at a time; the one with the fewest is asked first, and what a
process that broke had not answered is asked of another if it only reads.
"""

from ._gateway import Gateway
from ._workers import WorkerInfo

__all__ = ["Gateway", "WorkerInfo"]
